#pragma once

#include <optional>

#include "core/keras/metrics/metric.h"

namespace tricorn::keras {

//   (1 + beta^2) precision recall / (beta^2 precision + recall)
// of each class, for y_true and y_pred (batch, classes). Predictions above `threshold` are
// positive; without one, the largest of a row is. `average` over classes: none, "micro" (of the
// sums), "macro", "weighted" (by the number of labels).
class FScore : public Metric {
 public:
  std::vector<MetricVariable> Variables(const ir::Type& y_pred) const override;
  ir::Values Update(ir::Value y_true, ir::Value y_pred, ir::Value sample_weight,
                    ir::Value mask) const override;
  ir::Value Result(ir::Operands state) const override;

 protected:
  struct Form {
    std::optional<std::string> average;
    double beta;
    std::optional<double> threshold;
  };
  virtual Form form() const = 0;
  // Errors: InvalidArgument for another average, beta below 0, a threshold outside (0, 1].
  static absl::Status CheckForm(const Form& form);
};

struct FBetaScoreConfig {
  std::string name = "fbeta_score";
  std::optional<std::string> average = std::nullopt;
  double beta = 1.0;
  std::optional<double> threshold = std::nullopt;
  FIELDS(name, average, beta, threshold)
};
class FBetaScore : public MetricWith<FBetaScore, FBetaScoreConfig, FScore> {
 public:
  static constexpr std::string_view kClassName = "FBetaScore";
  using MetricWith::MetricWith;
  static absl::Status CheckConfig(const FBetaScoreConfig& config) {
    return CheckForm({config.average, config.beta, config.threshold});
  }

 protected:
  Form form() const override { return {config_.average, config_.beta, config_.threshold}; }
};

struct F1ScoreConfig {
  std::string name = "f1_score";
  std::optional<std::string> average = std::nullopt;
  std::optional<double> threshold = std::nullopt;
  FIELDS(name, average, threshold)
};
class F1Score : public MetricWith<F1Score, F1ScoreConfig, FScore> {
 public:
  static constexpr std::string_view kClassName = "F1Score";
  using MetricWith::MetricWith;
  static absl::Status CheckConfig(const F1ScoreConfig& config) {
    return CheckForm({config.average, 1.0, config.threshold});
  }

 protected:
  Form form() const override { return {config_.average, 1.0, config_.threshold}; }
};

void RegisterFScores(Registry<Metric>& registry);

}  // namespace tricorn::keras
