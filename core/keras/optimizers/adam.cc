#include "core/keras/optimizers/adam.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/optimizer/adam.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras {
namespace {

using ir::Value;

// x moved towards `target` by the share 1 - beta.
Value Towards(Value target, Value x, double beta) { return x + (target - x) * (1 - beta); }

Value L2Norm(Value x) { return ops::Sqrt(ops::Sum(ops::Square(x))); }

}  // namespace

template <typename Derived>
std::vector<std::vector<Slot>> AdamRule<Derived>::Slots(const Variable&) const {
  std::vector<std::vector<Slot>> slots = {{{"momentum"}, {"velocity"}}};
  if (this->config_.amsgrad) slots.push_back({{"velocity_hat"}});
  return slots;
}

template <typename Derived>
Value AdamRule<Derived>::UpdateStep(RuleOptimizer::Update& u) const {
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
  const Value m = Towards(u.gradient, old_m, config.beta_1);
  Value v = Towards(ops::Square(u.gradient), old_v, config.beta_2);
  u.Assign("momentum", m);
  u.Assign("velocity", v);
  v = ops::Maximum(u.Read("velocity_hat"), v);
  u.Assign("velocity_hat", v);
  return u.variable - m * alpha / (ops::Sqrt(v) + config.epsilon);
}

template class AdamRule<Adam>;
template class AdamRule<AdamW>;

std::vector<std::vector<Slot>> Adamax::Slots(const Variable&) const {
  return {{{"momentum"}, {"norm"}}};
}

Value Adamax::UpdateStep(Update& u) const {
  const Value m = Towards(u.gradient, u.Read("momentum"), config_.beta_1);
  const Value norm = ops::Maximum(config_.beta_2 * u.Read("norm"), ops::Absolute(u.gradient));
  u.Assign("momentum", m);
  u.Assign("norm", norm);
  const Value correction = 1.0 - ops::Power(config_.beta_1, u.step + 1.0);
  return u.variable - u.learning_rate * m / (correction * (norm + config_.epsilon));
}

std::vector<std::vector<Slot>> Nadam::Slots(const Variable&) const {
  return {{{"momentum"}, {"velocity"}}};
}

std::vector<Slot> Nadam::SharedSlots() const {
  Slot product{.name = "product", .initial = 1};
  product.path = "variable";  // Keras gives it no name of its own
  return {product};
}

void Nadam::UpdateShared(Update& u) const {
  const Value decay = 1.0 - 0.5 * ops::Power(0.96, u.step + 1.0);
  u.Assign("product", u.Read("product") * config_.beta_1 * decay);
}

Value Nadam::UpdateStep(Update& u) const {
  const Value m = Towards(u.gradient, u.Read("momentum"), config_.beta_1);
  const Value v = Towards(ops::Square(u.gradient), u.Read("velocity"), config_.beta_2);
  u.Assign("momentum", m);
  u.Assign("velocity", v);
  const Value t = u.step + 1.0;
  const auto momentum_at = [&](Value time) {
    return config_.beta_1 * (1.0 - 0.5 * ops::Power(0.96, time));
  };
  const Value now = momentum_at(t);
  const Value next = momentum_at(t + 1.0);
  const Value product = ops::Cast(u.Read("product"), m.dtype());
  const Value m_hat =
      next * m / (1.0 - product * next) + (1.0 - now) * u.gradient / (1.0 - product);
  const Value v_hat = v / (1.0 - ops::Power(config_.beta_2, t));
  return u.variable - m_hat * u.learning_rate / (ops::Sqrt(v_hat) + config_.epsilon);
}

std::vector<std::vector<Slot>> Lamb::Slots(const Variable&) const {
  return {{{"momentum"}, {"velocity"}}};
}

Value Lamb::UpdateStep(Update& u) const {
  const Value m = Towards(u.gradient, u.Read("momentum"), config_.beta_1);
  const Value v = Towards(ops::Square(u.gradient), u.Read("velocity"), config_.beta_2);
  u.Assign("momentum", m);
  u.Assign("velocity", v);
  const Value t = u.step + 1.0;
  const Value m_hat = m / (1.0 - ops::Power(config_.beta_1, t));
  const Value v_hat = v / (1.0 - ops::Power(config_.beta_2, t));
  const Value direction = m_hat / (ops::Sqrt(v_hat) + config_.epsilon);
  const Value size = L2Norm(u.variable);
  const Value length = L2Norm(direction);
  const Value both = ops::LogicalAnd(ops::Greater(size, 0), ops::Greater(length, 0));
  const Value ratio = ops::Where(both, size / length, 1.0);
  return u.variable - ratio * u.learning_rate * direction;
}

std::vector<std::vector<Slot>> ScheduleFreeAdamW::Slots(const Variable&) const {
  Slot momentum{.name = "momentum"};
  momentum.starts_as_weight = true;
  return {{momentum, {"velocity"}}};
}

Value ScheduleFreeAdamW::UpdateStep(Update& u) const {
  const double beta = config_.beta_1;
  const Value t = u.step + 1.0;
  Value rate = u.learning_rate;
  if (config_.warmup_steps > 0) {
    rate = rate * ops::Minimum(t / static_cast<double>(config_.warmup_steps), 1.0);
  }
  const Value v = Towards(ops::Square(u.gradient), u.Read("velocity"), config_.beta_2);
  const Value v_hat = v / (1.0 - ops::Power(config_.beta_2, t));
  const Value old_z = u.Read("momentum");
  const Value z = old_z - rate * u.gradient / (ops::Sqrt(v_hat) + config_.epsilon);
  u.Assign("velocity", v);
  u.Assign("momentum", z);
  const Value share = 1.0 / t;
  const Value old_x = (u.variable - (1 - beta) * old_z) / beta;
  const Value x = (1.0 - share) * old_x + share * z;
  return (1 - beta) * z + beta * x;
}

}  // namespace tricorn::keras
