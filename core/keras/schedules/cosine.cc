#include "core/keras/schedules/cosine.h"

#include <numbers>

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras {
namespace {

using ir::Value;

// (1 - alpha) * scale * (1 + cos(pi * fraction)) / 2 + alpha
Value Cosine(Value fraction, Value scale, double alpha) {
  const Value cosine = 0.5 * scale * (1.0 + ops::Cos(std::numbers::pi * fraction));
  return (1.0 - alpha) * cosine + alpha;
}

}  // namespace

absl::Status CosineDecay::Check(const Config& config) {
  if (config.decay_steps > 0) return absl::OkStatus();
  return InvalidArgument("decay_steps: expected a positive number, received {}",
                         config.decay_steps);
}

Value CosineDecay::operator()(Value step) const {
  const auto decay_steps = static_cast<double>(config_.decay_steps);
  const Value s = ops::Cast(step, DType::kF32);
  if (!config_.warmup_target) {
    const Value fraction = ops::Minimum(s, decay_steps) / decay_steps;
    return config_.initial_learning_rate * Cosine(fraction, ops::OnesLike(s), config_.alpha);
  }
  const double target = *config_.warmup_target;
  const auto warmup_steps = static_cast<double>(config_.warmup_steps);
  const Value capped = ops::Minimum(s, decay_steps + warmup_steps);
  const Value decayed =
      target * Cosine((capped - warmup_steps) / decay_steps, ops::OnesLike(s), config_.alpha);
  if (config_.warmup_steps == 0) return decayed;
  const Value warming = (target - config_.initial_learning_rate) * (capped / warmup_steps) +
                        config_.initial_learning_rate;
  return ops::Where(ops::Less(capped, warmup_steps), warming, decayed);
}

absl::Status CosineDecayRestarts::Check(const Config& config) {
  if (config.first_decay_steps > 0) return absl::OkStatus();
  return InvalidArgument("first_decay_steps: expected a positive number, received {}",
                         config.first_decay_steps);
}

Value CosineDecayRestarts::operator()(Value step) const {
  const Value periods =
      ops::Cast(step, DType::kF32) / static_cast<double>(config_.first_decay_steps);
  Value restart;   // how many periods have ended
  Value fraction;  // of the current one
  if (config_.t_mul == 1.0) {
    restart = ops::Floor(periods);
    fraction = periods - restart;
  } else {
    const double t = config_.t_mul;
    // Both logarithms in one precision, so that a power of t counts in full.
    const Value log_t = ops::Log(ops::Scalar(step.builder(), t, DType::kF32));
    restart = ops::Floor(ops::Log(1.0 - periods * (1.0 - t)) / log_t);
    const Value length = ops::Power(t, restart);
    fraction = (periods - (1.0 - length) / (1.0 - t)) / length;
  }
  const Value scale = ops::Power(config_.m_mul, restart);
  return config_.initial_learning_rate * Cosine(fraction, scale, config_.alpha);
}

}  // namespace tricorn::keras
