#pragma once

#include "core/keras/optimizers/rule_optimizer.h"

// g is the gradient, w the weight, a the learning rate; slots start at 0.

namespace tricorn::keras {

struct SGDConfig {
  double momentum = 0.0;
  bool nesterov = false;
  FIELDS(momentum, nesterov)
};
//   w -= a g;  with momentum: m = momentum * m - a g,  w += m  (nesterov: w += momentum * m - a g)
class SGD : public OptimizerWith<SGD, SGDConfig> {
 public:
  static constexpr std::string_view kClassName = "SGD";
  static OptimizerConfig Defaults() { return {.learning_rate = 0.01}; }
  using OptimizerWith::OptimizerWith;

 protected:
  std::vector<std::vector<Slot>> Slots(const Variable& weight) const override;
  bool rule_updates_entries_apart() const override { return true; }
  ir::Value UpdateStep(Update& u) const override;
};

struct LionConfig {
  double beta_1 = 0.9;
  double beta_2 = 0.99;
  FIELDS(beta_1, beta_2)
};
//   w -= a sign(beta_1 m + (1 - beta_1) g),  m = beta_2 m + (1 - beta_2) g
// Errors: InvalidArgument for beta_1 outside (0, 1].  Source: Chen et al. 2023.
class Lion : public OptimizerWith<Lion, LionConfig> {
 public:
  static constexpr std::string_view kClassName = "Lion";
  static OptimizerConfig Defaults() { return {.learning_rate = 0.001}; }
  using OptimizerWith::OptimizerWith;

 protected:
  absl::Status CheckRule() const override;
  std::vector<std::vector<Slot>> Slots(const Variable& weight) const override;
  bool rule_updates_entries_apart() const override { return true; }
  ir::Value UpdateStep(Update& u) const override;
};

}  // namespace tricorn::keras
