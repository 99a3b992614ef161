#pragma once

#include <optional>

#include "core/keras/metrics/metric.h"

namespace tricorn::keras {

struct R2ScoreConfig {
  std::string name = "r2_score";
  std::optional<std::string> class_aggregation = "uniform_average";
  int64_t num_regressors = 0;
  FIELDS(name, class_aggregation, num_regressors)
};
// Of each output, r = 1 - sum (y_true - y_pred)^2 / sum (y_true - mean y_true)^2, for y_true and
// y_pred (batch, outputs); 0 where the labels do not vary. class_aggregation: none,
// "uniform_average", "variance_weighted_average". With p = num_regressors, n the samples seen and
// p < n - 1: 1 - (1 - r)(n - 1) / (n - p - 1).
// Errors: InvalidArgument for another aggregation, num_regressors below 0.
class R2Score : public MetricWith<R2Score, R2ScoreConfig> {
 public:
  static constexpr std::string_view kClassName = "R2Score";
  using MetricWith::MetricWith;
  static absl::Status CheckConfig(const R2ScoreConfig& config);

  std::vector<MetricVariable> Variables(const ir::Type& y_pred) const override;
  ir::Values Update(ir::Value y_true, ir::Value y_pred, ir::Value sample_weight,
                    ir::Value mask) const override;
  ir::Value Result(ir::Operands state) const override;
};

void RegisterR2Score(Registry<Metric>& registry);

}  // namespace tricorn::keras
