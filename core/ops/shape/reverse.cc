#include "core/ops/shape/shape.h"

namespace tricorn::ops {

const OpDef kReverse = Op<ReverseAttrs>{
    .name = "reverse",
    .doc = "the elements in reversed order along each of `axes`",
    .infer = [](std::span<const Type> x, const ReverseAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 1));
      RETURN_IF_ERROR(ExpectIncreasingAxes(x[0], a.axes));
      return x[0];
    },
    .gradient = [](Operands, Value, Value dy,
                   const ReverseAttrs& a) { return Grads{Reverse(dy, a.axes)}; },
};

Value Reverse(Value x, Axes axes) {
  axes = NormalizeAxes(x, axes);
  return x.builder().Add(kReverse, {{x}}, ReverseAttrs{std::move(axes)});
}

}  // namespace tricorn::ops
