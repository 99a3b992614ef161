#include "core/keras/metrics/correlation.h"

#include <tuple>

#include "core/keras/losses/functions.h"
#include "core/keras/settings/settings.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras {

using ir::Value;

Value PearsonCorrelation::Function(Value y_true, Value y_pred) const {
  std::tie(y_true, y_pred) = losses::Aligned(y_true, y_pred);
  const ops::Axes axis = {config_.axis};
  const auto normalized = [&](Value x) {
    x = x - ops::Mean(x, axis, true);
    return x / ops::Std(x, axis, true);
  };
  return ops::Mean(normalized(y_true) * normalized(y_pred), axis);
}

Value ConcordanceCorrelation::Function(Value y_true, Value y_pred) const {
  std::tie(y_true, y_pred) = losses::Aligned(y_true, y_pred);
  const ops::Axes axis = {config_.axis};
  const Value mean_true = ops::Mean(y_true, axis, true);
  const Value mean_pred = ops::Mean(y_pred, axis, true);
  const Value variances = ops::Variance(y_true, axis, true) + ops::Variance(y_pred, axis, true);
  const Value norm = variances + ops::Square(mean_true - mean_pred) + Epsilon();
  return ops::Mean(2.0 * (y_true - mean_pred) * (y_pred - mean_pred) / norm, axis);
}

void RegisterCorrelations(Registry<Metric>& registry) {
  registry.Add<PearsonCorrelation>();
  registry.Add<ConcordanceCorrelation>();
}

}  // namespace tricorn::keras
