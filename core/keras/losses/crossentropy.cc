#include "core/keras/losses/crossentropy.h"

namespace tricorn::keras {

using ir::Value;

Value BinaryCrossentropy::Call(Value y_true, Value y_pred) const {
  return losses::BinaryCrossentropy(y_true, y_pred, config_.from_logits, config_.label_smoothing,
                                    config_.axis);
}

Value CategoricalCrossentropy::Call(Value y_true, Value y_pred) const {
  return losses::CategoricalCrossentropy(y_true, y_pred, config_.from_logits,
                                         config_.label_smoothing, config_.axis);
}

Value SparseCategoricalCrossentropy::Call(Value y_true, Value y_pred) const {
  const int64_t* ignore = config_.ignore_class ? &*config_.ignore_class : nullptr;
  return losses::SparseCategoricalCrossentropy(y_true, y_pred, config_.from_logits, ignore,
                                               config_.axis);
}

Value SparseCategoricalCrossentropy::Mask(Value y_true, Value y_pred) const {
  if (!config_.ignore_class) return {};
  return losses::SparseMask(y_true, y_pred, *config_.ignore_class, config_.axis);
}

absl::Status CategoricalGeneralizedCrossEntropy::CheckConfig(
    const CategoricalGeneralizedCrossEntropyConfig& config) {
  if (config.q > 0 && config.q < 1) return absl::OkStatus();
  return InvalidArgument("q: expected a number in (0, 1), received {}", config.q);
}

Value CategoricalGeneralizedCrossEntropy::Call(Value y_true, Value y_pred) const {
  return losses::CategoricalGeneralizedCrossEntropy(y_true, y_pred, config_.q);
}

void RegisterCrossentropies(Registry<Loss>& registry) {
  registry.Add<BinaryCrossentropy>();
  registry.Add<BinaryCrossentropy>("binary_crossentropy");
  registry.Add<BinaryCrossentropy>("bce");
  registry.Add<CategoricalCrossentropy>();
  registry.Add<CategoricalCrossentropy>("categorical_crossentropy");
  registry.Add<SparseCategoricalCrossentropy>();
  registry.Add<SparseCategoricalCrossentropy>("sparse_categorical_crossentropy");
  registry.Add<CategoricalGeneralizedCrossEntropy>();
  registry.Add<CategoricalGeneralizedCrossEntropy>("categorical_generalized_cross_entropy");
}

}  // namespace tricorn::keras
