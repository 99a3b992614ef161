#pragma once

#include "core/keras/losses/loss.h"
#include "core/keras/serialization/number_or_list.h"

// Cross-entropies in which what is known already counts less: -(1 - p)^gamma log p for the
// probability p of the label.  Source: Lin et al. 2017.

namespace tricorn::keras {

struct BinaryFocalCrossentropyConfig {
  std::string name = "binary_focal_crossentropy";
  std::string reduction = "sum_over_batch_size";
  bool from_logits = false;
  double label_smoothing = 0.0;
  int64_t axis = -1;
  bool apply_class_balancing = false;
  double alpha = 0.25;
  double gamma = 2.0;
  FIELDS(name, reduction, from_logits, label_smoothing, axis, apply_class_balancing, alpha, gamma)
};
// Mean over `axis`; with apply_class_balancing times alpha for class 1, 1 - alpha for class 0.
class BinaryFocalCrossentropy
    : public LossWith<BinaryFocalCrossentropy, BinaryFocalCrossentropyConfig> {
 public:
  static constexpr std::string_view kClassName = "BinaryFocalCrossentropy";
  using LossWith::LossWith;
  ir::Value Call(ir::Value y_true, ir::Value y_pred) const override;
};

struct CategoricalFocalCrossentropyConfig {
  std::string name = "categorical_focal_crossentropy";
  std::string reduction = "sum_over_batch_size";
  bool from_logits = false;
  double label_smoothing = 0.0;
  int64_t axis = -1;
  NumberOrList alpha = 0.25;
  double gamma = 2.0;
  FIELDS(name, reduction, from_logits, label_smoothing, axis, alpha, gamma)
};
// Sum over the classes, which lie along `axis`, of alpha y times the above; y one-hot or soft
// labels. A list of alphas goes along the last axis.
class CategoricalFocalCrossentropy
    : public LossWith<CategoricalFocalCrossentropy, CategoricalFocalCrossentropyConfig> {
 public:
  static constexpr std::string_view kClassName = "CategoricalFocalCrossentropy";
  using LossWith::LossWith;
  ir::Value Call(ir::Value y_true, ir::Value y_pred) const override;
};

void RegisterFocalLosses(Registry<Loss>& registry);

}  // namespace tricorn::keras
