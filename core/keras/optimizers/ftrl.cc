#include "core/keras/optimizers/ftrl.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras {

using ir::Value;

absl::Status Ftrl::CheckRule() const {
  if (config_.learning_rate_power > 0) {
    return InvalidArgument("learning_rate_power: expected at most 0, received {}",
                           config_.learning_rate_power);
  }
  absl::Status status;
  ForEachField(config_, [&](std::string_view name, double value) {
    if (name == "learning_rate_power" || name == "beta" || value >= 0 || !status.ok()) return;
    status = InvalidArgument("{}: expected at least 0, received {}", name, value);
  });
  return status;
}

std::vector<std::vector<Slot>> Ftrl::Slots(const Variable&) const {
  return {{{"accumulator", config_.initial_accumulator_value}, {"linear"}}};
}

Value Ftrl::UpdateStep(Update& u) const {
  const double power = -config_.learning_rate_power;
  const double l1 = config_.l1_regularization_strength;
  const Value rate = u.learning_rate;
  const Value n = u.Read("accumulator");
  const Value next_n = n + ops::Square(u.gradient);
  const Value powered = ops::Power(next_n, power);
  const Value gradient = u.gradient + 2 * config_.l2_shrinkage_regularization_strength * u.variable;
  const Value z =
      u.Read("linear") + gradient - (powered - ops::Power(n, power)) / rate * u.variable;
  u.Assign("accumulator", next_n);
  u.Assign("linear", z);
  const Value l2 = config_.l2_regularization_strength + config_.beta / (2.0 * rate);
  return (ops::Clip(z, -l1, l1) - z) / (powered / rate + 2.0 * l2);
}

}  // namespace tricorn::keras
