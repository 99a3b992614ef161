#pragma once

#include "core/keras/optimizers/path_pattern.h"
#include "core/keras/optimizers/rule_optimizer.h"

namespace tricorn::keras {

struct MuonConfig {
  double adam_beta_1 = 0.9;
  double adam_beta_2 = 0.999;
  double epsilon = 1e-7;
  std::vector<std::string> exclude_layers = {};
  double muon_a = 3.4445;
  double muon_b = -4.7750;
  double muon_c = 2.0315;
  double adam_lr_ratio = 1;
  double momentum = 0.95;
  int64_t ns_steps = 5;
  bool nesterov = true;
  bool exclude_embeddings = true;
  std::optional<double> adam_weight_decay = 0.004;
  std::optional<double> rms_rate = 0.2;
  FIELDS(adam_beta_1, adam_beta_2, epsilon, exclude_layers, muon_a, muon_b, muon_c, adam_lr_ratio,
         momentum, ns_steps, nesterov, exclude_embeddings, adam_weight_decay, rms_rate)
};
// Matrices move by their momentum made nearly orthogonal; other weights, those of embeddings and
// those in whose path a pattern of `exclude_layers` is found, by Adam, with the learning rate a
// times adam_lr_ratio. g is the gradient, w the weight; slots start at 0:
//   m += g + (momentum - 1) m,  x = m  (nesterov: x = g + momentum m),  x /= |x|
//   ns_steps times: y = x x^T,  x = a x + (b y + c y y) x     (transposed where that is smaller)
//   w -= a x  (with rms_rate: times sqrt(max(rows, columns)) rms_rate)
// Errors: InvalidArgument for patterns that do not parse, ns_steps outside [0, 100].
// Source: Jordan et al. 2024; Liu et al. 2025.
class Muon : public OptimizerWith<Muon, MuonConfig> {
 public:
  static constexpr std::string_view kClassName = "Muon";
  static OptimizerConfig Defaults() { return {.learning_rate = 0.001, .weight_decay = 0.004}; }
  explicit Muon(OptimizerConfig base = {}, MuonConfig config = {});

 protected:
  absl::Status CheckRule() const override;
  std::vector<std::vector<Slot>> Slots(const Variable& weight) const override;
  std::optional<double> DecayOf(const Variable& weight) const override;
  ir::Value UpdateStep(Update& u) const override;

 private:
  bool GoesByAdam(const Variable& weight) const;
  ir::Value Orthogonalized(ir::Value x) const;
  ir::Value AdamStep(Update& u) const;

  absl::Status pattern_status_;
  std::vector<PathPattern> excluded_layers_;
};

}  // namespace tricorn::keras
