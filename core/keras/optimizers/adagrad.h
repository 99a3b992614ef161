#pragma once

#include "core/keras/optimizers/rule_optimizer.h"

// Rules that divide by the root of squares seen so far. g is the gradient, w the weight, a the
// learning rate; slots start at 0 unless said otherwise.

namespace tricorn::keras {

struct AdagradConfig {
  double initial_accumulator_value = 0.1;
  double epsilon = 1e-7;
  FIELDS(initial_accumulator_value, epsilon)
};
//   s += g^2,  w -= a g / sqrt(s + epsilon);  s starts at initial_accumulator_value
// Source: Duchi et al. 2011.
class Adagrad : public OptimizerWith<Adagrad, AdagradConfig> {
 public:
  static constexpr std::string_view kClassName = "Adagrad";
  static OptimizerConfig Defaults() { return {.learning_rate = 0.001}; }
  using OptimizerWith::OptimizerWith;

 protected:
  std::vector<std::vector<Slot>> Slots(const Variable& weight) const override;
  bool rule_updates_entries_apart() const override { return true; }
  ir::Value UpdateStep(Update& u) const override;
};

struct RMSpropConfig {
  double rho = 0.9;
  double momentum = 0.0;
  double epsilon = 1e-7;
  bool centered = false;
  FIELDS(rho, momentum, epsilon, centered)
};
//   v = rho v + (1 - rho) g^2,  w -= a g / sqrt(v + epsilon)
// centered: less the square of the gradients' average under the root;
// with momentum: m = momentum * m + step, w -= m.  Source: Hinton 2012; Graves 2013.
class RMSprop : public OptimizerWith<RMSprop, RMSpropConfig> {
 public:
  static constexpr std::string_view kClassName = "RMSprop";
  static OptimizerConfig Defaults() { return {.learning_rate = 0.001}; }
  using OptimizerWith::OptimizerWith;

 protected:
  std::vector<std::vector<Slot>> Slots(const Variable& weight) const override;
  bool rule_updates_entries_apart() const override { return true; }
  ir::Value UpdateStep(Update& u) const override;
};

struct AdadeltaConfig {
  double rho = 0.95;
  double epsilon = 1e-7;
  FIELDS(rho, epsilon)
};
//   s = rho s + (1 - rho) g^2,  d = -sqrt(r + epsilon) / sqrt(s + epsilon) g
//   r = rho r + (1 - rho) d^2,  w += a d
// Source: Zeiler 2012.
class Adadelta : public OptimizerWith<Adadelta, AdadeltaConfig> {
 public:
  static constexpr std::string_view kClassName = "Adadelta";
  static OptimizerConfig Defaults() { return {.learning_rate = 0.001}; }
  using OptimizerWith::OptimizerWith;

 protected:
  std::vector<std::vector<Slot>> Slots(const Variable& weight) const override;
  bool rule_updates_entries_apart() const override { return true; }
  ir::Value UpdateStep(Update& u) const override;
};

}  // namespace tricorn::keras
