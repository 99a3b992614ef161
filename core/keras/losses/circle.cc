#include "core/keras/losses/circle.h"

#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

using ir::Value;

// Its exponential is 0, and unlike -inf it has a difference to itself.
constexpr double kNothing = -1e30;

Value LogSumOver(Value mask, Value x) { return ops::LogSumExp(ops::Where(mask, x, kNothing), {1}); }

}  // namespace

Value Circle::Call(Value y_true, Value y_pred) const {
  const double margin = config_.margin;
  const Value labels = ops::Reshape(ops::Cast(y_true, DType::kI32), {-1, 1});
  const Value same = ops::Equal(labels, ops::Transpose(labels));
  const Value other = ops::LogicalNot(same);
  Value near = same;
  if (config_.remove_diagonal) {
    const ir::Type type{DType::kI32, same.shape()};
    ir::Builder& builder = y_pred.builder();
    near = ops::LogicalAnd(same,
                           ops::NotEqual(ops::Iota(builder, type, 0), ops::Iota(builder, type, 1)));
  }
  const Value distance = ops::Maximum(1.0 - ops::Matmul(y_pred, ops::Transpose(y_pred)), 0.0);
  const Value pull = ops::Maximum(distance + margin, 0.0) * (margin - distance);
  const Value push = ops::Maximum(1.0 + margin - distance, 0.0) * (1.0 - margin - distance);
  return ops::Softplus(LogSumOver(near, -config_.gamma * pull) +
                       LogSumOver(other, config_.gamma * push));
}

Value Circle::Mask(Value y_true, Value y_pred) const {
  return ops::Greater(ops::StopGradient(Call(y_true, y_pred)), 0.0);
}

void RegisterCircle(Registry<Loss>& registry) {
  registry.Add<Circle>();
  registry.Add<Circle>("circle");
}

}  // namespace tricorn::keras
