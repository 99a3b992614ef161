#include "core/ops/collective/collective.h"

namespace tricorn::ops {
namespace {

absl::StatusOr<Type> ExpectFlat(std::span<const Type> x) {
  RETURN_IF_ERROR(ExpectCount(x, 1));
  if (x[0].rank() == 1) return x[0];
  return InvalidArgument("expected a flat value, received {}", x[0].ToString());
}

}  // namespace

const OpDef kAllReduceStart = Op<BucketAttrs>{
    .name = "all_reduce_start",
    .doc = "the operands end to end, handed over to be summed over all shards",
    .kind = OpKind::kEffect,
    .infer = [](std::span<const Type> x, const BucketAttrs& a) -> absl::StatusOr<Type> {
      if (x.empty() || a.bucket < 0) {
        return InvalidArgument("expected operands and a bucket >= 0, received {} and {}", x.size(),
                               a.bucket);
      }
      int64_t count = 0;
      for (const Type& type : x) {
        RETURN_IF_ERROR(ExpectFloating(type));
        RETURN_IF_ERROR(ExpectSameDType(x[0], type));
        count += type.num_elements();
      }
      return Type{x[0].dtype, {count}};
    },
};

const OpDef kAllReduceDone = Op<BucketAttrs>{
    .name = "all_reduce_done",
    .doc = "the sum over all shards of what all_reduce_start handed over",
    .kind = OpKind::kEffect,
    .infer = [](std::span<const Type> x, const BucketAttrs&) { return ExpectFlat(x); },
};

const OpDef kBucketSlice = Op<BucketSliceAttrs>{
    .name = "bucket_slice",
    .doc = "a view of elements [offset, offset + size of shape)",
    .kind = OpKind::kView,
    .infer = [](std::span<const Type> x, const BucketSliceAttrs& a) -> absl::StatusOr<Type> {
      ASSIGN_OR_RETURN(const Type flat, ExpectFlat(x));
      if (a.offset < 0 || a.offset + a.shape.num_elements() > flat.shape[0]) {
        return InvalidArgument("expected a range of {}, received {} from {}", flat.ToString(),
                               a.shape.ToString(), a.offset);
      }
      return Type{flat.dtype, a.shape};
    },
    .view_offset = [](const BucketSliceAttrs& a) { return a.offset; },
};

void RegisterCollective(OpRegistry& ops) {
  for (const OpDef* op : {&kAllReduceStart, &kAllReduceDone, &kBucketSlice}) ops.Add(*op);
}

}  // namespace tricorn::ops
