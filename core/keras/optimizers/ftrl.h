#pragma once

#include "core/keras/optimizers/rule_optimizer.h"

namespace tricorn::keras {

struct FtrlConfig {
  double learning_rate_power = -0.5;
  double initial_accumulator_value = 0.1;
  double l1_regularization_strength = 0.0;
  double l2_regularization_strength = 0.0;
  double l2_shrinkage_regularization_strength = 0.0;
  double beta = 0.0;
  FIELDS(learning_rate_power, initial_accumulator_value, l1_regularization_strength,
         l2_regularization_strength, l2_shrinkage_regularization_strength, beta)
};
// "Follow the regularized leader". g is the gradient, w the weight, a the learning rate, p
// -learning_rate_power; n starts at initial_accumulator_value, z at 0:
//   n' = n + g^2,  z += g + 2 l2_shrinkage w - (n'^p - n^p) / a w
//   w = (clip(z, -l1, l1) - z) / (n'^p / a + 2 (l2 + beta / (2 a)))
// Errors: InvalidArgument for a positive power, a negative strength or start.
// Source: McMahan et al. 2013.
class Ftrl : public OptimizerWith<Ftrl, FtrlConfig> {
 public:
  static constexpr std::string_view kClassName = "Ftrl";
  static OptimizerConfig Defaults() { return {.learning_rate = 0.001}; }
  using OptimizerWith::OptimizerWith;

 protected:
  absl::Status CheckRule() const override;
  std::vector<std::vector<Slot>> Slots(const Variable& weight) const override;
  bool rule_updates_entries_apart() const override { return true; }
  ir::Value UpdateStep(Update& u) const override;
};

}  // namespace tricorn::keras
