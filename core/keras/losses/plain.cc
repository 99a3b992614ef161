#include "core/keras/losses/plain.h"

namespace tricorn::keras {
namespace {

// Under the class name and the identifiers that `compile` takes.
template <typename C>
void Add(Registry<Loss>& registry, std::initializer_list<std::string_view> names) {
  registry.Add<C>();
  for (const std::string_view name : names) registry.Add<C>(name);
}

}  // namespace

ir::Value Huber::Call(ir::Value y_true, ir::Value y_pred) const {
  return losses::Huber(y_true, y_pred, config_.delta);
}

ir::Value CosineSimilarity::Call(ir::Value y_true, ir::Value y_pred) const {
  return losses::CosineSimilarity(y_true, y_pred, config_.axis);
}

void RegisterPlainLosses(Registry<Loss>& registry) {
  Add<MeanSquaredError>(registry, {"mean_squared_error", "mse", "MSE"});
  Add<MeanAbsoluteError>(registry, {"mean_absolute_error", "mae", "MAE"});
  Add<MeanAbsolutePercentageError>(registry, {"mean_absolute_percentage_error", "mape", "MAPE"});
  Add<MeanSquaredLogarithmicError>(registry, {"mean_squared_logarithmic_error", "msle", "MSLE"});
  Add<LogCosh>(registry, {"log_cosh", "logcosh"});
  Add<Hinge>(registry, {"hinge"});
  Add<SquaredHinge>(registry, {"squared_hinge"});
  Add<CategoricalHinge>(registry, {"categorical_hinge"});
  Add<KLDivergence>(registry, {"kl_divergence", "kld", "KLD", "kullback_leibler_divergence"});
  Add<Poisson>(registry, {"poisson"});
  Add<Huber>(registry, {"huber", "huber_loss"});
  Add<CosineSimilarity>(registry, {"cosine_similarity"});
}

}  // namespace tricorn::keras
