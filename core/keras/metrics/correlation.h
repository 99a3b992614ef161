#pragma once

#include "core/keras/metrics/mean.h"

// Means over samples of correlations along `axis`.

namespace tricorn::keras {

struct PearsonCorrelationConfig {
  std::string name = "pearson_correlation";
  int64_t axis = -1;
  FIELDS(name, axis)
};
//   mean((y - mean y)(p - mean p)) / (std y std p)
class PearsonCorrelation
    : public MetricWith<PearsonCorrelation, PearsonCorrelationConfig, MeanOfFunction> {
 public:
  static constexpr std::string_view kClassName = "PearsonCorrelation";
  using MetricWith::MetricWith;

 protected:
  ir::Value Function(ir::Value y_true, ir::Value y_pred) const override;
};

struct ConcordanceCorrelationConfig {
  std::string name = "concordance_correlation";
  int64_t axis = -1;
  FIELDS(name, axis)
};
//   2 mean((y - mean p)(p - mean p)) / (var y + var p + (mean y - mean p)^2 + epsilon)
// Source: Lin 1989, in Keras's form.
class ConcordanceCorrelation
    : public MetricWith<ConcordanceCorrelation, ConcordanceCorrelationConfig, MeanOfFunction> {
 public:
  static constexpr std::string_view kClassName = "ConcordanceCorrelation";
  using MetricWith::MetricWith;

 protected:
  ir::Value Function(ir::Value y_true, ir::Value y_pred) const override;
};

void RegisterCorrelations(Registry<Metric>& registry);

}  // namespace tricorn::keras
