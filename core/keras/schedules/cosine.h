#pragma once

#include <optional>

#include "core/keras/schedules/schedule.h"

namespace tricorn::keras {

struct CosineDecayConfig {
  double initial_learning_rate = 0;
  int64_t decay_steps = 1;
  double alpha = 0.0;
  std::string name = "CosineDecay";
  std::optional<double> warmup_target = std::nullopt;
  int64_t warmup_steps = 0;
  FIELDS(initial_learning_rate, decay_steps, alpha, name, warmup_target, warmup_steps)
};
// Rises from initial to warmup_target in a line over warmup_steps, where there is a target; then
//   rate = top * ((1 - alpha) * (1 + cos(pi * s / decay_steps)) / 2 + alpha)
// Source: Loshchilov & Hutter 2016.
class CosineDecay : public ScheduleWith<CosineDecay, CosineDecayConfig> {
 public:
  static constexpr std::string_view kClassName = "CosineDecay";
  using ScheduleWith::ScheduleWith;
  static absl::Status Check(const Config& config);
  ir::Value operator()(ir::Value step) const override;
};

struct CosineDecayRestartsConfig {
  double initial_learning_rate = 0;
  int64_t first_decay_steps = 1;
  double t_mul = 2.0;
  double m_mul = 1.0;
  double alpha = 0.0;
  std::string name = "SGDRDecay";
  FIELDS(initial_learning_rate, first_decay_steps, t_mul, m_mul, alpha, name)
};
// Cosine decay that starts again after each period; periods grow by t_mul, tops shrink by m_mul.
// Source: Loshchilov & Hutter 2016.
class CosineDecayRestarts : public ScheduleWith<CosineDecayRestarts, CosineDecayRestartsConfig> {
 public:
  static constexpr std::string_view kClassName = "CosineDecayRestarts";
  using ScheduleWith::ScheduleWith;
  static absl::Status Check(const Config& config);
  ir::Value operator()(ir::Value step) const override;
};

}  // namespace tricorn::keras
