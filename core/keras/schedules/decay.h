#pragma once

#include <optional>
#include <vector>

#include "core/keras/schedules/schedule.h"

namespace tricorn::keras {

struct ExponentialDecayConfig {
  double initial_learning_rate = 0;
  int64_t decay_steps = 1;
  double decay_rate = 1;
  bool staircase = false;
  std::string name = "ExponentialDecay";
  FIELDS(initial_learning_rate, decay_steps, decay_rate, staircase, name)
};
//   rate = initial * decay_rate ^ p,  p = step / decay_steps, rounded down if `staircase`
class ExponentialDecay : public ScheduleWith<ExponentialDecay, ExponentialDecayConfig> {
 public:
  static constexpr std::string_view kClassName = "ExponentialDecay";
  using ScheduleWith::ScheduleWith;
  static absl::Status Check(const Config& config);
  ir::Value operator()(ir::Value step) const override;
};

struct InverseTimeDecayConfig {
  double initial_learning_rate = 0;
  int64_t decay_steps = 1;
  double decay_rate = 0;
  bool staircase = false;
  std::string name = "InverseTimeDecay";
  FIELDS(initial_learning_rate, decay_steps, decay_rate, staircase, name)
};
//   rate = initial / (1 + decay_rate * p),  p as above
class InverseTimeDecay : public ScheduleWith<InverseTimeDecay, InverseTimeDecayConfig> {
 public:
  static constexpr std::string_view kClassName = "InverseTimeDecay";
  using ScheduleWith::ScheduleWith;
  static absl::Status Check(const Config& config);
  ir::Value operator()(ir::Value step) const override;
};

struct PolynomialDecayConfig {
  double initial_learning_rate = 0;
  int64_t decay_steps = 1;
  double end_learning_rate = 0.0001;
  double power = 1.0;
  bool cycle = false;
  std::string name = "PolynomialDecay";
  FIELDS(initial_learning_rate, decay_steps, end_learning_rate, power, cycle, name)
};
//   rate = (initial - end) * (1 - s / d) ^ power + end
// with s = min(step, d), d = decay_steps; or, if `cycle`, s = step and d the next multiple of
// decay_steps.
class PolynomialDecay : public ScheduleWith<PolynomialDecay, PolynomialDecayConfig> {
 public:
  static constexpr std::string_view kClassName = "PolynomialDecay";
  using ScheduleWith::ScheduleWith;
  static absl::Status Check(const Config& config);
  ir::Value operator()(ir::Value step) const override;
};

struct PiecewiseConstantDecayConfig {
  std::vector<double> boundaries;
  std::vector<double> values;
  std::string name = "PiecewiseConstant";
  FIELDS(boundaries, values, name)
};
//   rate = values[i] with i the number of boundaries below step
class PiecewiseConstantDecay
    : public ScheduleWith<PiecewiseConstantDecay, PiecewiseConstantDecayConfig> {
 public:
  static constexpr std::string_view kClassName = "PiecewiseConstantDecay";
  using ScheduleWith::ScheduleWith;
  static absl::Status Check(const Config& config);
  ir::Value operator()(ir::Value step) const override;
};

}  // namespace tricorn::keras
