#include "core/keras/metrics/of_losses.h"

#include <utility>

#include "core/keras/losses/reduction.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::metrics {
namespace {

using ir::Value;

// Under the class name and the identifiers that `compile` takes.
template <typename C>
void Add(Registry<Metric>& registry, std::initializer_list<std::string_view> names) {
  registry.Add<C>();
  for (const std::string_view name : names) registry.Add<C>(name);
}

}  // namespace

Value CosineSimilarity::Function(Value y_true, Value y_pred) const {
  return -losses::CosineSimilarity(y_true, y_pred, config_.axis);
}

Value RootMeanSquaredError::Function(Value y_true, Value y_pred) const {
  std::tie(y_true, y_pred) = SqueezeOrExpandToSameRank(ops::Cast(y_true, y_pred.dtype()), y_pred);
  return ops::Square(y_pred - y_true);
}

Value RootMeanSquaredError::Result(ir::Operands state) const {
  return ops::Sqrt(MeanOfFunction::Result(state));
}

Value BinaryCrossentropy::Function(Value y_true, Value y_pred) const {
  return losses::BinaryCrossentropy(y_true, y_pred, config_.from_logits, config_.label_smoothing,
                                    -1);
}

Value CategoricalCrossentropy::Function(Value y_true, Value y_pred) const {
  return losses::CategoricalCrossentropy(y_true, y_pred, config_.from_logits,
                                         config_.label_smoothing, config_.axis);
}

Value SparseCategoricalCrossentropy::Function(Value y_true, Value y_pred) const {
  const int64_t* ignore = config_.ignore_class ? &*config_.ignore_class : nullptr;
  return losses::SparseCategoricalCrossentropy(y_true, y_pred, config_.from_logits, ignore,
                                               config_.axis);
}

Value SparseCategoricalCrossentropy::EntryMask(Value y_true, Value y_pred) const {
  if (!config_.ignore_class) return {};
  return losses::SparseMask(y_true, y_pred, *config_.ignore_class, config_.axis);
}

void RegisterLossMetrics(Registry<Metric>& registry) {
  Add<MeanSquaredError>(registry, {"mean_squared_error", "mse", "MSE"});
  Add<MeanAbsoluteError>(registry, {"mean_absolute_error", "mae", "MAE"});
  Add<MeanAbsolutePercentageError>(registry, {"mean_absolute_percentage_error", "mape", "MAPE"});
  Add<MeanSquaredLogarithmicError>(registry, {"mean_squared_logarithmic_error", "msle", "MSLE"});
  Add<LogCoshError>(registry, {"log_cosh", "logcosh"});
  Add<Hinge>(registry, {"hinge"});
  Add<SquaredHinge>(registry, {"squared_hinge"});
  Add<CategoricalHinge>(registry, {"categorical_hinge"});
  Add<KLDivergence>(registry, {"kl_divergence", "kld", "KLD"});
  Add<Poisson>(registry, {"poisson"});
  Add<CosineSimilarity>(registry, {"cosine_similarity"});
  Add<RootMeanSquaredError>(registry, {});
  Add<BinaryCrossentropy>(registry, {"binary_crossentropy", "bce"});
  Add<CategoricalCrossentropy>(registry, {"categorical_crossentropy"});
  Add<SparseCategoricalCrossentropy>(registry, {"sparse_categorical_crossentropy"});
}

}  // namespace tricorn::keras::metrics
