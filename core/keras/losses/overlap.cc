#include "core/keras/losses/overlap.h"

#include <tuple>

#include "core/keras/losses/functions.h"
#include "core/keras/settings/settings.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras {
namespace {

using ir::Value;

ops::Axes AxesOf(const std::optional<AxisOrAxes>& axis) {
  return axis ? axis->axes() : ops::Axes();
}

}  // namespace

Value Dice::Call(Value y_true, Value y_pred) const {
  std::tie(y_true, y_pred) = losses::Aligned(y_true, y_pred);
  const ops::Axes axes = AxesOf(config_.axis);
  const Value sizes = ops::Sum(y_true, axes) + ops::Sum(y_pred, axes);
  return 1.0 - 2.0 * ops::Sum(y_true * y_pred, axes) / (sizes + Epsilon());
}

Value Tversky::Call(Value y_true, Value y_pred) const {
  std::tie(y_true, y_pred) = losses::Aligned(y_true, y_pred);
  const ops::Axes axes = AxesOf(config_.axis);
  const Value both = ops::Sum(y_true * y_pred, axes);
  const Value missed = ops::Sum((1.0 - y_pred) * y_true, axes);
  const Value extra = ops::Sum(y_pred * (1.0 - y_true), axes);
  return 1.0 - both / (both + extra * config_.alpha + missed * config_.beta + Epsilon());
}

void RegisterOverlapLosses(Registry<Loss>& registry) {
  registry.Add<Dice>();
  registry.Add<Dice>("dice");
  registry.Add<Tversky>();
  registry.Add<Tversky>("tversky");
}

}  // namespace tricorn::keras
