#include "core/ops/elementwise/elementwise.h"
#include "core/ops/layer_norm/layer_norm.h"
#include "core/ops/layer_norm/row_statistics.h"

namespace tricorn::ops {
namespace {

Values Apply(Operands x, const LayerNormAttrs& a) {
  const Value wide = Cast(x[0], x[1].dtype());
  const Value inverse = Rsqrt(RowMean(Square(wide), a.axis) + a.epsilon);
  const Value y = wide * PerElement(inverse, wide, a.axis) * PerRow(x[1], wide, a.axis);
  return {Cast(y, x[0].dtype()), inverse};
}

Grads ApplyGradient(Operands x, Operands y, Operands dy, const LayerNormAttrs& a) {
  Builder& builder = x[0].builder();
  Grads grads = builder.AddAll(kRmsNormGradient, {{x[0], x[1], y[1], dy[0]}}, a);
  if (grads.size() != 2 || IsZero(dy[1])) return grads;
  // What comes through inverse where it is used itself.
  const Value wide = Cast(x[0], x[1].dtype());
  const double count = static_cast<double>(RowType(x[0].type(), a.axis).num_elements());
  const Value slope = dy[1] * y[1] * Square(y[1]) * (-1 / count);
  grads[0] = grads[0] + Cast(wide * PerElement(slope, wide, a.axis), x[0].dtype());
  return grads;
}

Values Gradient(Operands x, const LayerNormAttrs& a) {
  const DType dtype = x[1].dtype();
  const Value wide = Cast(x[0], dtype), dy = Cast(x[3], dtype);
  const Value inverse = PerElement(x[2], wide, a.axis);
  const Value normal = wide * inverse;
  const Value dnormal = dy * PerRow(x[1], wide, a.axis);
  const Value slope = PerElement(RowMean(dnormal * normal, a.axis), wide, a.axis);
  const Value dx = (dnormal - normal * slope) * inverse;
  return {Cast(dx, x[0].dtype()), SumOfRows(dy * normal, a.axis)};
}

}  // namespace

const OpDef kRmsNorm = Op<LayerNormAttrs>{
    .name = "rms_norm",
    .doc =
        "y = x inverse scale, inverse = rsqrt(mean of x^2 + epsilon), of each row. Operands: x, "
        "scale. Results: y, inverse",
    .infer_all = [](std::span<const Type> x, const LayerNormAttrs& a) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectRowOperands(x, a.axis, 1, 0, false));
      return Types{x[0], StatisticType(x[0], a.axis)};
    },
    .decompose_all = Apply,
    .gradient_all = ApplyGradient,
};

const OpDef kRmsNormGradient = Op<LayerNormAttrs>{
    .name = "rms_norm_gradient",
    .doc = "the gradients of rms_norm's y. Operands: x, scale, inverse, dy. Results: dx, dscale",
    .infer_all = [](std::span<const Type> x, const LayerNormAttrs& a) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectRowOperands(x, a.axis, 1, 1, true));
      return Types{x[0], x[1]};
    },
    .decompose_all = Gradient,
};

Value RmsNormalization(Value x, Value scale, const Axes& axes, double epsilon) {
  const AsRows rows(x, axes);
  if (rows.axis < 0) return Error(x);
  const Values y = x.builder().AddAll(kRmsNorm, {{rows.x, rows.Weight(scale, 1)}},
                                      LayerNormAttrs{rows.axis, epsilon});
  return y.size() == 2 ? rows.Back(y[0]) : Error(x);
}

void RegisterLayerNorm(OpRegistry& ops) {
  for (const OpDef* op : {&kLayerNorm, &kLayerNormGradient, &kRmsNorm, &kRmsNormGradient}) {
    ops.Add(*op);
  }
}

}  // namespace tricorn::ops
