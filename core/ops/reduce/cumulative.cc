#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::ops {

const OpDef kCumsum = Op<CumulativeAttrs>{
    .name = "cumsum",
    .doc = "y_i = sum of x_j over j <= i (j >= i when reverse) along `axis`",
    .infer = [](std::span<const Type> x, const CumulativeAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 1));
      RETURN_IF_ERROR(ExpectAxis(x[0], a.axis));
      if (IsFloating(x[0].dtype) || IsInteger(x[0].dtype)) return x[0];
      return InvalidArgument("expected numbers, received {}", x[0].ToString());
    },
    .gradient = [](Operands, Value, Value dy,
                   const CumulativeAttrs& a) { return Grads{Cumsum(dy, a.axis, !a.reverse)}; },
};

Value Cumsum(Value x, int64_t axis, bool reverse) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  if (x.dtype() == DType::kBool) x = Cast(x, DType::kI32);
  return x.builder().Add(kCumsum, {{x}}, CumulativeAttrs{axis, reverse});
}

}  // namespace tricorn::ops
