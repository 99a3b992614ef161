#include "core/ops/collective/collective.h"

#include "core/backend/reference/primitive.h"

namespace tricorn::backend::reference {
namespace {

absl::Status AllReduceStart(const Call& c) {
  c.y().values.clear();
  for (const Array* x : c.operands) {
    c.y().values.insert(c.y().values.end(), x->values.begin(), x->values.end());
  }
  if (c.context.collectives == nullptr) return absl::OkStatus();
  const int32_t bucket = c.attrs<ops::BucketAttrs>().bucket;
  Tensor addends = Tensor::Uninitialized(c.y().type.dtype, c.y().shape());
  WriteTo(c.y(), addends.bytes());
  const Tensor& held = c.in_flight[bucket] = std::move(addends);
  return c.context.collectives->Start(bucket, held.bytes(), held.num_elements(), held.dtype());
}

absl::Status AllReduceDone(const Call& c) {
  if (c.context.collectives == nullptr) {
    c.y().values = c.x(0).values;
    return absl::OkStatus();
  }
  const int32_t bucket = c.attrs<ops::BucketAttrs>().bucket;
  Tensor sum = Tensor::Uninitialized(c.y().type.dtype, c.y().shape());
  RETURN_IF_ERROR(c.context.collectives->Wait(bucket, sum.bytes()));
  c.in_flight.erase(bucket);
  c.y().values = ToArray(sum).values;
  return absl::OkStatus();
}

absl::Status BucketSlice(const Call& c) {
  const auto begin = c.x(0).values.begin() + c.attrs<ops::BucketSliceAttrs>().offset;
  c.y().values.assign(begin, begin + c.y().type.num_elements());
  return absl::OkStatus();
}

}  // namespace

void AddCollective(PrimitiveTable& table) {
  table[ops::kAllReduceStart.name] = AllReduceStart;
  table[ops::kAllReduceDone.name] = AllReduceDone;
  table[ops::kBucketSlice.name] = BucketSlice;
}

}  // namespace tricorn::backend::reference
