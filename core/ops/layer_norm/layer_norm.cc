#include "core/ops/layer_norm/layer_norm.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/layer_norm/row_statistics.h"

namespace tricorn::ops {
namespace {

Values Apply(Operands x, const LayerNormAttrs& a) {
  const Value wide = Cast(x[0], x[1].dtype());
  const Value mean = RowMean(wide, a.axis);
  const Value centered = wide - PerElement(mean, wide, a.axis);
  const Value inverse = Rsqrt(RowMean(Square(centered), a.axis) + a.epsilon);
  const Value y = centered * PerElement(inverse, wide, a.axis) * PerRow(x[1], wide, a.axis) +
                  PerRow(x[2], wide, a.axis);
  return {Cast(y, x[0].dtype()), mean, inverse};
}

Grads ApplyGradient(Operands x, Operands y, Operands dy, const LayerNormAttrs& a) {
  Builder& builder = x[0].builder();
  Grads grads = builder.AddAll(kLayerNormGradient, {{x[0], x[1], y[1], y[2], dy[0]}}, a);
  if (grads.size() != 3 || (IsZero(dy[1]) && IsZero(dy[2]))) return grads;
  // What comes through mean and inverse where they are used themselves.
  const Value wide = Cast(x[0], x[1].dtype());
  const double count = static_cast<double>(RowType(x[0].type(), a.axis).num_elements());
  const Value centered = wide - PerElement(y[1], wide, a.axis);
  const Value slope = dy[2] * y[2] * Square(y[2]) * (-1 / count);
  const Value through =
      PerElement(dy[1] / count, wide, a.axis) + centered * PerElement(slope, wide, a.axis);
  grads[0] = grads[0] + Cast(through, x[0].dtype());
  return grads;
}

Values Gradient(Operands x, const LayerNormAttrs& a) {
  const DType dtype = x[1].dtype();
  const Value wide = Cast(x[0], dtype), dy = Cast(x[4], dtype);
  const Value inverse = PerElement(x[3], wide, a.axis);
  const Value normal = (wide - PerElement(x[2], wide, a.axis)) * inverse;
  const Value dnormal = dy * PerRow(x[1], wide, a.axis);
  const Value mean = PerElement(RowMean(dnormal, a.axis), wide, a.axis);
  const Value slope = PerElement(RowMean(dnormal * normal, a.axis), wide, a.axis);
  const Value dx = (dnormal - mean - normal * slope) * inverse;
  return {Cast(dx, x[0].dtype()), SumOfRows(dy * normal, a.axis), SumOfRows(dy, a.axis)};
}

}  // namespace

const OpDef kLayerNorm = Op<LayerNormAttrs>{
    .name = "layer_norm",
    .doc =
        "y = (x - mean) inverse gamma + beta, inverse = rsqrt(variance + epsilon), of each row. "
        "Operands: x, gamma, beta. Results: y, mean, inverse",
    .infer_all = [](std::span<const Type> x, const LayerNormAttrs& a) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectRowOperands(x, a.axis, 2, 0, false));
      const Type statistic = StatisticType(x[0], a.axis);
      return Types{x[0], statistic, statistic};
    },
    .decompose_all = Apply,
    .gradient_all = ApplyGradient,
};

const OpDef kLayerNormGradient = Op<LayerNormAttrs>{
    .name = "layer_norm_gradient",
    .doc =
        "the gradients of layer_norm's y. Operands: x, gamma, mean, inverse, dy. Results: dx, "
        "dgamma, dbeta",
    .infer_all = [](std::span<const Type> x, const LayerNormAttrs& a) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectRowOperands(x, a.axis, 1, 2, true));
      return Types{x[0], x[1], x[1]};
    },
    .decompose_all = Gradient,
};

Value LayerNormalization(Value x, Value gamma, Value beta, const Axes& axes, double epsilon) {
  const AsRows rows(x, axes);
  if (rows.axis < 0) return Error(x);
  const Values y =
      x.builder().AddAll(kLayerNorm, {{rows.x, rows.Weight(gamma, 1), rows.Weight(beta, 0)}},
                         LayerNormAttrs{rows.axis, epsilon});
  return y.size() == 3 ? rows.Back(y[0]) : Error(x);
}

}  // namespace tricorn::ops
