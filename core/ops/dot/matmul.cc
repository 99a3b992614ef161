#include <numeric>

#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

void ToOneDType(Value& a, Value& b) {
  const DType dtype = Promote(a.dtype(), b.dtype());
  a = Cast(a, dtype);
  b = Cast(b, dtype);
}

// Both with the batch axes in which their own broadcast; the last two axes stay.
absl::Status BroadcastBatch(Value& a, Value& b) {
  const auto batch = [](const Value& x) {
    return Shape(std::vector<int64_t>(x.shape().begin(), x.shape().end() - 2));
  };
  ASSIGN_OR_RETURN(const Shape shape, BroadcastShapes({{batch(a), batch(b)}}));
  for (Value* x : {&a, &b}) {
    std::vector<int64_t> dims = shape.dims();
    dims.insert(dims.end(), x->shape().end() - 2, x->shape().end());
    *x = BroadcastTo(*x, Shape(std::move(dims)));
  }
  return absl::OkStatus();
}

}  // namespace

Value Matmul(Value a, Value b) {
  if (a.rank() == 0 || b.rank() == 0) {
    return Error(a, InvalidArgument("matmul: expected at least vectors, received {} and {}",
                                    a.type().ToString(), b.type().ToString()));
  }
  ToOneDType(a, b);
  const int64_t a_last = a.rank() - 1;
  // A matrix or vector on the right meets each row of a.
  if (b.rank() <= 2) return DotGeneral(a, b, {.a_contract = {a_last}, .b_contract = {0}});
  if (a.rank() == 1) return DotGeneral(a, b, {.a_contract = {0}, .b_contract = {b.rank() - 2}});
  const absl::Status status = BroadcastBatch(a, b);
  if (!status.ok()) return Error(a, status);
  Axes batch(static_cast<size_t>(a.rank()) - 2);
  std::iota(batch.begin(), batch.end(), 0);
  return DotGeneral(a, b,
                    {.a_batch = batch,
                     .b_batch = batch,
                     .a_contract = {a.rank() - 1},
                     .b_contract = {b.rank() - 2}});
}

Value Tensordot(Value a, Value b, const Axes& a_axes, const Axes& b_axes) {
  ToOneDType(a, b);
  DotGeneralAttrs attrs;
  for (const int64_t axis : a_axes) attrs.a_contract.push_back(NormalizeAxis(a, axis));
  for (const int64_t axis : b_axes) attrs.b_contract.push_back(NormalizeAxis(b, axis));
  return DotGeneral(a, b, std::move(attrs));
}

}  // namespace tricorn::ops
