#include <cmath>
#include <numbers>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

absl::StatusOr<Type> InferFloating(std::span<const Type> x, const NoAttrs&) {
  RETURN_IF_ERROR(ExpectCount(x, 1));
  RETURN_IF_ERROR(ExpectFloating(x[0]));
  return x[0];
}

Value ToFloat(Value x) { return IsFloating(x.dtype()) ? x : Cast(x, DType::kF32); }

}  // namespace

const OpDef kRelu = Op<>{
    .name = "relu",
    .doc = "y = max(x, 0); gradient 0 at 0",
    .kind = OpKind::kElementwise,
    .infer = [](std::span<const Type> x, const NoAttrs&) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 1));
      return x[0];
    },
    .decompose = [](Operands x, const NoAttrs&) { return Maximum(x[0], 0); },
    .gradient = [](Operands, Value y, Value dy,
                   const NoAttrs&) { return Grads{Where(Greater(y, 0), dy, 0)}; },
};

const OpDef kSoftplus = Op<>{
    .name = "softplus",
    .doc = "y = ln(1 + e^x)",
    .kind = OpKind::kElementwise,
    .infer = InferFloating,
    .decompose = [](Operands x,
                    const NoAttrs&) { return Maximum(x[0], 0) + Log1p(Exp(-Absolute(x[0]))); },
    .gradient = [](Operands x, Value, Value dy,
                   const NoAttrs&) { return Grads{dy * Sigmoid(x[0])}; },
};

Value Relu(Value x) { return x.builder().Add(kRelu, {{x}}); }

Value Relu(Value x, double negative_slope, std::optional<double> max_value, double threshold) {
  if (threshold == 0 && negative_slope != 0 && !max_value) return LeakyRelu(x, negative_slope);
  Value y = threshold == 0 ? Relu(x) : Where(Greater(x, threshold), x, 0);
  if (max_value) y = Clip(y, 0, *max_value);
  return negative_slope == 0 ? y : y - negative_slope * Relu(threshold - x);
}

Value Relu6(Value x) { return Minimum(Relu(x), 6); }
Value LeakyRelu(Value x, double negative_slope) {
  return Where(GreaterEqual(x, 0), x, x * negative_slope);
}
Value Elu(Value x, double alpha) {
  // Expm1 sees no large number: its gradient there would be infinity times 0.
  const Value positive = Greater(x, 0);
  return Where(positive, x, alpha * Expm1(Where(positive, 0, x)));
}
Value Selu(Value x) { return 1.0507009873554805 * Elu(x, 1.6732632423543772); }
Value Celu(Value x, double alpha) { return Elu(x / alpha, 1.0) * alpha; }

Value Gelu(Value x, bool approximate) {
  if (!approximate) return 0.5 * x * (1 + Erf(x / std::numbers::sqrt2));
  const Value inner = (x + 0.044715 * x * Square(x)) * std::sqrt(2 / std::numbers::pi);
  return 0.5 * x * (1 + Tanh(inner));
}

Value Silu(Value x) { return x * Sigmoid(x); }
Value Softplus(Value x) { return x.builder().Add(kSoftplus, {{ToFloat(x)}}); }
Value Softsign(Value x) { return x / (Absolute(x) + 1); }
Value HardSigmoid(Value x) { return Relu6(x + 3) / 6; }
Value HardSilu(Value x) { return x * HardSigmoid(x); }
Value HardTanh(Value x) { return Clip(x, -1, 1); }
Value HardShrink(Value x, double threshold) { return Where(Greater(Absolute(x), threshold), x, 0); }
Value SoftShrink(Value x, double threshold) {
  return Where(Greater(x, threshold), x - threshold, Where(Less(x, -threshold), x + threshold, 0));
}
Value TanhShrink(Value x) { return x - Tanh(x); }
Value LogSigmoid(Value x) { return -Softplus(-x); }
Value Mish(Value x) { return x * Tanh(Softplus(x)); }
Value Squareplus(Value x, double b) { return (x + Sqrt(Square(x) + b)) / 2; }
Value SparsePlus(Value x) {
  return Where(LessEqual(x, -1), 0, Where(GreaterEqual(x, 1), x, Square(x + 1) / 4));
}
Value SparseSigmoid(Value x) { return Clip((x + 1) / 2, 0, 1); }
Value Threshold(Value x, double threshold, double default_value) {
  return Where(Greater(x, threshold), x, default_value);
}

Value Glu(Value x, int64_t axis) {
  const Values halves = Split(x, 2, axis);
  return halves[0] * Sigmoid(halves[1]);
}

// Source: Martins and Astudillo 2016, with Keras's threshold: it adds up the cumulative sums of the
// support where the paper takes the last one, so rows do not sum to 1.
Value Sparsemax(Value x, int64_t axis) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  const Value sorted = Sort(x, axis, /*descending=*/true);
  const Value cumulative = Cumsum(sorted, axis);
  const Value rank = Iota(x.builder(), x.type(), axis) + 1;
  const Value support = Greater(1 + rank * sorted, cumulative);
  const Value size = Sum(Cast(support, x.dtype()), {axis}, true);
  const Value threshold = (Sum(Where(support, cumulative, 0), {axis}, true) - 1) / size;
  return Relu(x - threshold);
}

}  // namespace tricorn::ops
