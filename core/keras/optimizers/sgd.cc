#include "core/keras/optimizers/sgd.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras {

using ir::Value;

std::vector<std::vector<Slot>> SGD::Slots(const Variable&) const {
  if (config_.momentum == 0) return {};
  return {{{"momentum"}}};
}

Value SGD::UpdateStep(Update& u) const {
  const Value step = u.gradient * u.learning_rate;
  if (config_.momentum == 0) return u.variable - step;
  const Value m = u.Read("momentum") * config_.momentum - step;
  u.Assign("momentum", m);
  return u.variable + (config_.nesterov ? m * config_.momentum - step : m);
}

absl::Status Lion::CheckRule() const {
  if (config_.beta_1 > 0 && config_.beta_1 <= 1) return absl::OkStatus();
  return InvalidArgument("beta_1: expected a number in (0, 1], received {}", config_.beta_1);
}

std::vector<std::vector<Slot>> Lion::Slots(const Variable&) const { return {{{"momentum"}}}; }

Value Lion::UpdateStep(Update& u) const {
  const Value m = u.Read("momentum");
  u.Assign("momentum", m * config_.beta_2 + u.gradient * (1 - config_.beta_2));
  const Value direction = ops::Sign(m * config_.beta_1 + u.gradient * (1 - config_.beta_1));
  return u.variable - u.learning_rate * direction;
}

}  // namespace tricorn::keras
