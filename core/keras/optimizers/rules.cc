#include "core/keras/optimizers/rules.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/optimizer/adam.h"

namespace tricorn::keras {

using ir::Value;

std::vector<std::vector<Slot>> SGD::Slots() const {
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

std::vector<std::vector<Slot>> RMSprop::Slots() const {
  std::vector<std::vector<Slot>> slots = {{{"velocity"}}};
  if (config_.momentum > 0) slots.push_back({{"momentum"}});
  if (config_.centered) slots.push_back({{"average_gradient"}});
  return slots;
}

Value RMSprop::UpdateStep(Update& u) const {
  const double rho = config_.rho;
  const Value v = rho * u.Read("velocity") + (1 - rho) * ops::Square(u.gradient);
  u.Assign("velocity", v);
  Value denominator = v + config_.epsilon;
  if (config_.centered) {
    const Value average = rho * u.Read("average_gradient") + (1 - rho) * u.gradient;
    u.Assign("average_gradient", average);
    denominator = v - ops::Square(average) + config_.epsilon;
  }
  const Value step = u.learning_rate * u.gradient / ops::Sqrt(denominator);
  if (config_.momentum <= 0) return u.variable - step;
  const Value m = config_.momentum * u.Read("momentum") + step;
  u.Assign("momentum", m);
  return u.variable - m;
}

template <typename Derived>
std::vector<std::vector<Slot>> AdamRule<Derived>::Slots() const {
  std::vector<std::vector<Slot>> slots = {{{"momentum"}, {"velocity"}}};
  if (this->config_.amsgrad) slots.push_back({{"velocity_hat"}});
  return slots;
}

template <typename Derived>
Value AdamRule<Derived>::UpdateStep(Optimizer::Update& u) const {
  const AdamConfig& config = this->config_;
  const Value t = u.step + 1.0;
  const Value alpha = u.learning_rate * ops::Sqrt(1.0 - ops::Power(config.beta_2, t)) /
                      (1.0 - ops::Power(config.beta_1, t));
  const Value old_m = u.Read("momentum");
  const Value old_v = u.Read("velocity");
  if (!config.amsgrad) {
    const ops::AdamResult updated =
        ops::Adam(u.variable, u.gradient, old_m, old_v, alpha,
                  {.beta_1 = config.beta_1, .beta_2 = config.beta_2, .epsilon = config.epsilon});
    u.Assign("momentum", updated.momentum);
    u.Assign("velocity", updated.velocity);
    return updated.variable;
  }
  const Value m = old_m + (u.gradient - old_m) * (1 - config.beta_1);
  Value v = old_v + (ops::Square(u.gradient) - old_v) * (1 - config.beta_2);
  u.Assign("momentum", m);
  u.Assign("velocity", v);
  v = ops::Maximum(u.Read("velocity_hat"), v);
  u.Assign("velocity_hat", v);
  return u.variable - m * alpha / (ops::Sqrt(v) + config.epsilon);
}

template class AdamRule<Adam>;
template class AdamRule<AdamW>;

const Registry<Optimizer>& Optimizer::Builtins() {
  static const Registry<Optimizer> registry = [] {
    Registry<Optimizer> r;
    r.Add<SGD>();
    r.Add<SGD>("sgd");
    r.Add<RMSprop>();
    r.Add<RMSprop>("rmsprop");
    r.Add<Adam>();
    r.Add<Adam>("adam");
    r.Add<AdamW>();
    r.Add<AdamW>("adamw");
    return r;
  }();
  return registry;
}

}  // namespace tricorn::keras
