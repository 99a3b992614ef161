#include "core/keras/optimizers/muon.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/optimizer/adam.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {

using ir::Value;

Muon::Muon(OptimizerConfig base, MuonConfig config)
    : OptimizerWith(std::move(base), std::move(config)) {
  for (const std::string& pattern : config_.exclude_layers) {
    absl::StatusOr<PathPattern> parsed = PathPattern::Parse(pattern);
    if (parsed.ok()) {
      excluded_layers_.push_back(*std::move(parsed));
    } else if (pattern_status_.ok()) {
      pattern_status_ = WithSubject(parsed.status(), "exclude_layers");
    }
  }
}

absl::Status Muon::CheckRule() const {
  if (config_.ns_steps < 0 || config_.ns_steps > 100) {
    return InvalidArgument("ns_steps: expected a number in [0, 100], received {}",
                           config_.ns_steps);
  }
  return pattern_status_;
}

bool Muon::GoesByAdam(const Variable& weight) const {
  if (weight.type.rank() != 2) return true;
  if (config_.exclude_embeddings &&
      absl::AsciiStrToLower(weight.path).find("embedding") != std::string::npos) {
    return true;
  }
  return std::any_of(excluded_layers_.begin(), excluded_layers_.end(),
                     [&](const PathPattern& pattern) { return pattern.FoundIn(weight.path); });
}

std::vector<std::vector<Slot>> Muon::Slots(const Variable& weight) const {
  if (GoesByAdam(weight)) return {{{"momentum"}, {"velocity"}}};
  return {{{"momentum"}}};
}

std::optional<double> Muon::DecayOf(const Variable& weight) const {
  return GoesByAdam(weight) ? config_.adam_weight_decay : base_config().weight_decay;
}

Value Muon::Orthogonalized(Value x) const {
  const bool tall = x.dim(0) > x.dim(1);
  if (tall) x = ops::Transpose(x);
  x = x / (ops::Sqrt(ops::Sum(ops::Square(x))) + 1e-7);
  for (int64_t i = 0; i < config_.ns_steps; ++i) {
    const Value square = ops::Matmul(x, ops::Transpose(x));
    const Value mixed = config_.muon_b * square + ops::Matmul(config_.muon_c * square, square);
    x = config_.muon_a * x + ops::Matmul(mixed, x);
  }
  return tall ? ops::Transpose(x) : x;
}

Value Muon::AdamStep(Update& u) const {
  const Value t = u.step + 1.0;
  const Value alpha = u.learning_rate * config_.adam_lr_ratio *
                      ops::Sqrt(1.0 - ops::Power(config_.adam_beta_2, t)) /
                      (1.0 - ops::Power(config_.adam_beta_1, t));
  const ops::AdamResult updated = ops::Adam(
      u.variable, u.gradient, u.Read("momentum"), u.Read("velocity"), alpha,
      {.beta_1 = config_.adam_beta_1, .beta_2 = config_.adam_beta_2, .epsilon = config_.epsilon});
  u.Assign("momentum", updated.momentum);
  u.Assign("velocity", updated.velocity);
  return updated.variable;
}

Value Muon::UpdateStep(Update& u) const {
  if (GoesByAdam(u.weight())) return AdamStep(u);
  const Value old_m = u.Read("momentum");
  const Value m = old_m + (u.gradient + old_m * (config_.momentum - 1));
  u.Assign("momentum", m);
  Value step =
      u.learning_rate * Orthogonalized(config_.nesterov ? u.gradient + config_.momentum * m : m);
  if (config_.rms_rate) {
    const auto longer = static_cast<double>(std::max(step.dim(0), step.dim(1)));
    step = step * (std::sqrt(longer) * *config_.rms_rate);
  }
  return u.variable - step;
}

}  // namespace tricorn::keras
