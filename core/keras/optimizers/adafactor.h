#pragma once

#include "core/keras/optimizers/rule_optimizer.h"

namespace tricorn::keras {

struct AdafactorConfig {
  double beta_2_decay = -0.8;
  double epsilon_1 = 1e-30;
  double epsilon_2 = 1e-3;
  double clip_threshold = 1.0;
  bool relative_step = true;
  FIELDS(beta_2_decay, epsilon_1, epsilon_2, clip_threshold, relative_step)
};
// Keeps the squares of a matrix's gradient as a row r and a column c. g is the gradient, w the
// weight, a the learning rate (at most 1 / sqrt(t) if relative_step and not scheduled), t the
// updates done with this one, b = 1 - t^beta_2_decay, s = g^2 + epsilon_1; slots start at 0:
//   r = b r + (1 - b) mean of s over the last axis,  c likewise over the one before
//   v = r c / mean(r),   or, of weights with fewer axes, v = b v + (1 - b) s
//   w -= min(a, 1 / sqrt(t)) max(epsilon_2, rms(w)) u / max(1, rms(u) / clip_threshold),
//   u = g / sqrt(v)
// Source: Shazeer & Stern 2018.
class Adafactor : public OptimizerWith<Adafactor, AdafactorConfig> {
 public:
  static constexpr std::string_view kClassName = "Adafactor";
  static OptimizerConfig Defaults() { return {.learning_rate = 0.001}; }
  using OptimizerWith::OptimizerWith;

 protected:
  std::vector<std::vector<Slot>> Slots(const Variable& weight) const override;
  ir::Value UpdateStep(Update& u) const override;
};

}  // namespace tricorn::keras
