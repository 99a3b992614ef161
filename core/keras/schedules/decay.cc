#include "core/keras/schedules/decay.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras {
namespace {

using ir::Value;

absl::Status CheckSteps(int64_t decay_steps) {
  if (decay_steps > 0) return absl::OkStatus();
  return InvalidArgument("decay_steps: expected a positive number, received {}", decay_steps);
}

Value AsFloat(Value step) { return ops::Cast(step, DType::kF32); }

Value Progress(Value step, int64_t decay_steps, bool staircase) {
  const Value p = AsFloat(step) / static_cast<double>(decay_steps);
  return staircase ? ops::Floor(p) : p;
}

}  // namespace

absl::Status ExponentialDecay::Check(const Config& config) {
  return CheckSteps(config.decay_steps);
}

Value ExponentialDecay::operator()(Value step) const {
  const Value p = Progress(step, config_.decay_steps, config_.staircase);
  return config_.initial_learning_rate * ops::Power(config_.decay_rate, p);
}

absl::Status InverseTimeDecay::Check(const Config& config) {
  return CheckSteps(config.decay_steps);
}

Value InverseTimeDecay::operator()(Value step) const {
  const Value p = Progress(step, config_.decay_steps, config_.staircase);
  return config_.initial_learning_rate / (1.0 + config_.decay_rate * p);
}

absl::Status PolynomialDecay::Check(const Config& config) { return CheckSteps(config.decay_steps); }

Value PolynomialDecay::operator()(Value step) const {
  const auto decay_steps = static_cast<double>(config_.decay_steps);
  Value s = AsFloat(step);
  Value p;
  if (config_.cycle) {
    const Value cycles = ops::Where(ops::Equal(s, 0.0), 1.0, ops::Ceil(s / decay_steps));
    p = s / (decay_steps * cycles);
  } else {
    p = ops::Minimum(s, decay_steps) / decay_steps;
  }
  const double range = config_.initial_learning_rate - config_.end_learning_rate;
  return range * ops::Power(1.0 - p, config_.power) + config_.end_learning_rate;
}

absl::Status PiecewiseConstantDecay::Check(const Config& config) {
  if (config.values.size() == config.boundaries.size() + 1 && !config.boundaries.empty()) {
    return absl::OkStatus();
  }
  return InvalidArgument("values: expected one more than the {} boundaries, received {}",
                         config.boundaries.size(), config.values.size());
}

Value PiecewiseConstantDecay::operator()(Value step) const {
  Value rate = ops::Scalar(step.builder(), config_.values.front(), DType::kF32);
  for (size_t i = 0; i < config_.boundaries.size(); ++i) {
    const Value passed = ops::Greater(AsFloat(step), config_.boundaries[i]);
    rate = ops::Where(passed, config_.values[i + 1], rate);
  }
  return rate;
}

}  // namespace tricorn::keras
