#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/infer.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

Grads ShareEvenly(Operands x, Value y, Value dy, const ReduceAttrs& a) {
  const Value winner = Cast(Equal(x[0], reduce::Spread(y, x[0], a.axes)), dy.dtype());
  const Value share = dy / Sum(winner, a.axes);
  return {winner * reduce::Spread(share, x[0], a.axes)};
}

absl::StatusOr<Type> InferArg(std::span<const Type> x, const ArgReduceAttrs& a) {
  ASSIGN_OR_RETURN(const Type type, reduce::InferNumbers(x, {{a.axis}}));
  if (x[0].shape[static_cast<int>(a.axis)] == 0) {
    return InvalidArgument("expected a non-empty axis, received axis {} of {}", a.axis,
                           x[0].ToString());
  }
  return Type{DType::kI32, type.shape};
}

Value ApplyArg(const OpDef& op, Value x, int64_t axis, bool keepdims) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  if (x.dtype() == DType::kBool) x = Cast(x, DType::kI32);
  const Value y = x.builder().Add(op, {{x}}, ArgReduceAttrs{axis});
  return keepdims ? ExpandDims(y, {axis}) : y;
}

}  // namespace

const OpDef kMax = Op<ReduceAttrs>{
    .name = "max",
    .doc = "the maximum over `axes`; the least number where there is no element",
    .infer = reduce::InferNumbers,
    .gradient = ShareEvenly,
};
const OpDef kMin = Op<ReduceAttrs>{
    .name = "min",
    .doc = "the minimum over `axes`; the greatest number where there is no element",
    .infer = reduce::InferNumbers,
    .gradient = ShareEvenly,
};
const OpDef kAny = Op<ReduceAttrs>{
    .name = "any",
    .doc = "whether one element over `axes` is true",
    .infer = reduce::InferBool,
};
const OpDef kAll = Op<ReduceAttrs>{
    .name = "all",
    .doc = "whether all elements over `axes` are true",
    .infer = reduce::InferBool,
};
const OpDef kArgmax = Op<ArgReduceAttrs>{
    .name = "argmax",
    .doc = "the int32 index of the first maximum along `axis`",
    .infer = InferArg,
};
const OpDef kArgmin = Op<ArgReduceAttrs>{
    .name = "argmin",
    .doc = "the int32 index of the first minimum along `axis`",
    .infer = InferArg,
};

Value Max(Value x, const Axes& axes, bool keepdims) {
  if (x.dtype() == DType::kBool) return Any(x, axes, keepdims);
  return reduce::Apply(kMax, x, axes, keepdims);
}
Value Min(Value x, const Axes& axes, bool keepdims) {
  if (x.dtype() == DType::kBool) return All(x, axes, keepdims);
  return reduce::Apply(kMin, x, axes, keepdims);
}
Value Any(Value x, const Axes& axes, bool keepdims) {
  return reduce::Apply(kAny, Cast(x, DType::kBool), axes, keepdims);
}
Value All(Value x, const Axes& axes, bool keepdims) {
  return reduce::Apply(kAll, Cast(x, DType::kBool), axes, keepdims);
}
Value Argmax(Value x, int64_t axis, bool keepdims) { return ApplyArg(kArgmax, x, axis, keepdims); }
Value Argmin(Value x, int64_t axis, bool keepdims) { return ApplyArg(kArgmin, x, axis, keepdims); }

}  // namespace tricorn::ops
