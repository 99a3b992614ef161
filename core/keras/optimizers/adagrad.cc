#include "core/keras/optimizers/adagrad.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras {

using ir::Value;

std::vector<std::vector<Slot>> Adagrad::Slots(const Variable&) const {
  return {{{"accumulator", config_.initial_accumulator_value}}};
}

Value Adagrad::UpdateStep(Update& u) const {
  const Value s = u.Read("accumulator") + ops::Square(u.gradient);
  u.Assign("accumulator", s);
  return u.variable - u.learning_rate * u.gradient / ops::Sqrt(s + config_.epsilon);
}

std::vector<std::vector<Slot>> RMSprop::Slots(const Variable&) const {
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

std::vector<std::vector<Slot>> Adadelta::Slots(const Variable&) const {
  return {{{"accumulated_grad"}, {"accumulated_delta_var"}}};
}

Value Adadelta::UpdateStep(Update& u) const {
  const double rho = config_.rho;
  const auto root = [&](Value x) { return ops::Sqrt(x + config_.epsilon); };
  const Value s = rho * u.Read("accumulated_grad") + (1 - rho) * ops::Square(u.gradient);
  const Value r = u.Read("accumulated_delta_var");
  const Value delta = -(root(r) * u.gradient / root(s));
  u.Assign("accumulated_grad", s);
  u.Assign("accumulated_delta_var", rho * r + (1 - rho) * ops::Square(delta));
  return u.variable + u.learning_rate * delta;
}

}  // namespace tricorn::keras
