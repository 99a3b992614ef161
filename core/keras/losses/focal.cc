#include "core/keras/losses/focal.h"

#include "core/keras/losses/functions.h"
#include "core/keras/settings/settings.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras {
namespace {

using ir::Value;

Value AlphaValue(const NumberOrList& alpha, Value like) {
  if (!alpha.is_list()) return ops::Scalar(like.builder(), alpha.values()[0], like.dtype());
  const auto count = static_cast<int64_t>(alpha.values().size());
  return like.builder().Constant(Tensor::From<double>({count}, alpha.values()).Cast(like.dtype()));
}

}  // namespace

Value BinaryFocalCrossentropy::Call(Value y_true, Value y_pred) const {
  y_true = losses::Smoothed(ops::Cast(y_true, y_pred.dtype()), config_.label_smoothing, 0.5);
  if (config_.from_logits) y_pred = ops::Sigmoid(y_pred);
  const Value y_false = 1.0 - y_true;
  const Value known = y_true * y_pred + y_false * (1.0 - y_pred);
  Value loss = ops::Power(1.0 - known, config_.gamma) * ops::BinaryCrossentropy(y_true, y_pred);
  if (config_.apply_class_balancing) {
    loss = (y_true * config_.alpha + y_false * (1 - config_.alpha)) * loss;
  }
  return ops::Mean(loss, {config_.axis});
}

Value CategoricalFocalCrossentropy::Call(Value y_true, Value y_pred) const {
  const int64_t axis = config_.axis;
  const double share = 1.0 / static_cast<double>(y_true.dim(-1));
  y_true = losses::Smoothed(ops::Cast(y_true, y_pred.dtype()), config_.label_smoothing, share);
  if (config_.from_logits) y_pred = ops::Softmax(y_pred, axis);
  const Value p = ops::Clip(y_pred / ops::Sum(y_pred, {axis}, true), Epsilon(), 1.0 - Epsilon());
  const Value weight = ops::Power(1.0 - p, config_.gamma) * AlphaValue(config_.alpha, p);
  return ops::Sum(weight * (-y_true * ops::Log(p)), {axis});
}

void RegisterFocalLosses(Registry<Loss>& registry) {
  registry.Add<BinaryFocalCrossentropy>();
  registry.Add<BinaryFocalCrossentropy>("binary_focal_crossentropy");
  registry.Add<CategoricalFocalCrossentropy>();
  registry.Add<CategoricalFocalCrossentropy>("categorical_focal_crossentropy");
}

}  // namespace tricorn::keras
