#pragma once

#include <optional>

#include "core/keras/losses/functions.h"
#include "core/keras/losses/loss.h"

namespace tricorn::keras {

struct BinaryCrossentropyConfig {
  std::string name = "binary_crossentropy";
  std::string reduction = "sum_over_batch_size";
  bool from_logits = false;
  double label_smoothing = 0.0;
  int64_t axis = -1;
  FIELDS(name, reduction, from_logits, label_smoothing, axis)
};
//   -(y log p + (1 - y) log(1 - p)), mean over `axis`
class BinaryCrossentropy : public LossWith<BinaryCrossentropy, BinaryCrossentropyConfig> {
 public:
  static constexpr std::string_view kClassName = "BinaryCrossentropy";
  using LossWith::LossWith;
  ir::Value Call(ir::Value y_true, ir::Value y_pred) const override;
};

struct CategoricalCrossentropyConfig {
  std::string name = "categorical_crossentropy";
  std::string reduction = "sum_over_batch_size";
  bool from_logits = false;
  double label_smoothing = 0.0;
  int64_t axis = -1;
  FIELDS(name, reduction, from_logits, label_smoothing, axis)
};
//   -sum_k y_k log p_k over `axis`; y one-hot or soft labels
class CategoricalCrossentropy
    : public LossWith<CategoricalCrossentropy, CategoricalCrossentropyConfig> {
 public:
  static constexpr std::string_view kClassName = "CategoricalCrossentropy";
  using LossWith::LossWith;
  ir::Value Call(ir::Value y_true, ir::Value y_pred) const override;
};

struct SparseCategoricalCrossentropyConfig {
  std::string name = "sparse_categorical_crossentropy";
  std::string reduction = "sum_over_batch_size";
  bool from_logits = false;
  std::optional<int64_t> ignore_class = std::nullopt;
  int64_t axis = -1;
  FIELDS(name, reduction, from_logits, ignore_class, axis)
};
//   -log p_y, y a class index
class SparseCategoricalCrossentropy
    : public LossWith<SparseCategoricalCrossentropy, SparseCategoricalCrossentropyConfig> {
 public:
  static constexpr std::string_view kClassName = "SparseCategoricalCrossentropy";
  using LossWith::LossWith;
  ir::Value Call(ir::Value y_true, ir::Value y_pred) const override;
  ir::Value Mask(ir::Value y_true, ir::Value y_pred) const override;
};

struct CategoricalGeneralizedCrossEntropyConfig {
  std::string name = "categorical_generalized_cross_entropy";
  std::string reduction = "sum_over_batch_size";
  double q = 0.5;
  FIELDS(name, reduction, q)
};
//   (1 - p_y^q) / q, y a class index
// Errors: InvalidArgument for q outside (0, 1).
class CategoricalGeneralizedCrossEntropy
    : public LossWith<CategoricalGeneralizedCrossEntropy,
                      CategoricalGeneralizedCrossEntropyConfig> {
 public:
  static constexpr std::string_view kClassName = "CategoricalGeneralizedCrossEntropy";
  using LossWith::LossWith;
  static absl::Status CheckConfig(const CategoricalGeneralizedCrossEntropyConfig& config);
  ir::Value Call(ir::Value y_true, ir::Value y_pred) const override;
};

void RegisterCrossentropies(Registry<Loss>& registry);

}  // namespace tricorn::keras
