#pragma once

#include "core/keras/optimizers/rule_optimizer.h"

// Rules by running averages of the gradient and of its size. g is the gradient, w the weight, a the
// learning rate, t the updates done with this one; slots start at 0:
//   m += (1 - beta_1)(g - m),  v += (1 - beta_2)(g^2 - v)

namespace tricorn::keras {

struct AdamConfig {
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
  FIELDS(beta_1, beta_2, epsilon, amsgrad)
};
//   w -= a sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon)
// amsgrad: the largest v so far.  Source: Kingma & Ba 2014; Reddi et al. 2018.
template <typename Derived>
class AdamRule : public OptimizerWith<Derived, AdamConfig> {
 public:
  using OptimizerWith<Derived, AdamConfig>::OptimizerWith;

 protected:
  std::vector<std::vector<Slot>> Slots(const Variable& weight) const override;
  bool rule_updates_entries_apart() const override { return true; }
  ir::Value UpdateStep(RuleOptimizer::Update& u) const override;
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

struct MomentsConfig {
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  FIELDS(beta_1, beta_2, epsilon)
};

// u, instead of v: u = max(beta_2 u, |g|)
//   w -= a m / ((1 - beta_1^t)(u + epsilon))
// Source: Kingma & Ba 2014.
class Adamax : public OptimizerWith<Adamax, MomentsConfig> {
 public:
  static constexpr std::string_view kClassName = "Adamax";
  static OptimizerConfig Defaults() { return {.learning_rate = 0.001}; }
  using OptimizerWith::OptimizerWith;

 protected:
  std::vector<std::vector<Slot>> Slots(const Variable& weight) const override;
  bool rule_updates_entries_apart() const override { return true; }
  ir::Value UpdateStep(Update& u) const override;
};

// Adam with Nesterov's momentum, b_t = beta_1 (1 - 0.96^t / 2), p_t the product of b_1 ... b_t:
//   w -= a (b_{t+1} m / (1 - p_{t+1}) + (1 - b_t) g / (1 - p_t)) / (sqrt(v / (1 - beta_2^t)) +
//   epsilon)
// Source: Dozat 2015.
class Nadam : public OptimizerWith<Nadam, MomentsConfig> {
 public:
  static constexpr std::string_view kClassName = "Nadam";
  static OptimizerConfig Defaults() { return {.learning_rate = 0.001}; }
  using OptimizerWith::OptimizerWith;

 protected:
  std::vector<std::vector<Slot>> Slots(const Variable& weight) const override;
  std::vector<Slot> SharedSlots() const override;
  void UpdateShared(Update& u) const override;
  bool rule_updates_entries_apart() const override { return true; }
  ir::Value UpdateStep(Update& u) const override;
};

//   d = m / (1 - beta_1^t) / (sqrt(v / (1 - beta_2^t)) + epsilon),  w -= a |w| / |d| d
// The norms' ratio is 1 where one of them is 0.  Source: You et al. 2019.
class Lamb : public OptimizerWith<Lamb, MomentsConfig> {
 public:
  static constexpr std::string_view kClassName = "Lamb";
  static OptimizerConfig Defaults() { return {.learning_rate = 0.001}; }
  using OptimizerWith::OptimizerWith;

 protected:
  std::vector<std::vector<Slot>> Slots(const Variable& weight) const override;
  ir::Value UpdateStep(Update& u) const override;
};

struct ScheduleFreeAdamWConfig {
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-8;
  int64_t warmup_steps = 0;
  FIELDS(beta_1, beta_2, epsilon, warmup_steps)
};
// z ("momentum") starts as w, v as above, a grows from 0 over warmup_steps:
//   z' = z - a g / (sqrt(v / (1 - beta_2^t)) + epsilon)
//   x = (w - (1 - beta_1) z) / beta_1,  x' = (1 - 1/t) x + z' / t
//   w = (1 - beta_1) z' + beta_1 x'
// Source: Defazio et al. 2024.
class ScheduleFreeAdamW : public OptimizerWith<ScheduleFreeAdamW, ScheduleFreeAdamWConfig> {
 public:
  static constexpr std::string_view kClassName = "ScheduleFreeAdamW";
  static OptimizerConfig Defaults() { return {.learning_rate = 0.0025}; }
  using OptimizerWith::OptimizerWith;

 protected:
  std::vector<std::vector<Slot>> Slots(const Variable& weight) const override;
  bool rule_updates_entries_apart() const override { return true; }
  ir::Value UpdateStep(Update& u) const override;
};

}  // namespace tricorn::keras
