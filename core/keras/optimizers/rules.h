#pragma once

#include "core/keras/optimizers/optimizer.h"

// The update rules. g is the gradient, w the weight, a the learning rate, t the updates done with
// this one; slots start at 0.

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
  std::vector<std::vector<Slot>> Slots() const override;
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
// centered: less the square of the gradients' average under the root; with momentum: m = momentum *
// m
// + step, w -= m.  Source: Hinton 2012; Graves 2013.
class RMSprop : public OptimizerWith<RMSprop, RMSpropConfig> {
 public:
  static constexpr std::string_view kClassName = "RMSprop";
  static OptimizerConfig Defaults() { return {.learning_rate = 0.001}; }
  using OptimizerWith::OptimizerWith;

 protected:
  std::vector<std::vector<Slot>> Slots() const override;
  ir::Value UpdateStep(Update& u) const override;
};

struct AdamConfig {
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
  FIELDS(beta_1, beta_2, epsilon, amsgrad)
};
//   m += (1 - beta_1)(g - m),  v += (1 - beta_2)(g^2 - v)
//   w -= a sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon)
// amsgrad: the largest v so far.  Source: Kingma & Ba 2014; Reddi et al. 2018.
template <typename Derived>
class AdamRule : public OptimizerWith<Derived, AdamConfig> {
 public:
  using OptimizerWith<Derived, AdamConfig>::OptimizerWith;

 protected:
  std::vector<std::vector<Slot>> Slots() const override;
  ir::Value UpdateStep(Optimizer::Update& u) const override;
};

class Adam : public AdamRule<Adam> {
 public:
  static constexpr std::string_view kClassName = "Adam";
  static OptimizerConfig Defaults() { return {.learning_rate = 0.001}; }
  using AdamRule::AdamRule;
};

// Adam with decoupled weight decay on by default.  Source: Loshchilov & Hutter 2019.
class AdamW : public AdamRule<AdamW> {
 public:
  static constexpr std::string_view kClassName = "AdamW";
  static OptimizerConfig Defaults() { return {.learning_rate = 0.001, .weight_decay = 0.004}; }
  using AdamRule::AdamRule;
};

}  // namespace tricorn::keras
