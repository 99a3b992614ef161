#pragma once

#include <optional>

#include "core/keras/metrics/confusion.h"
#include "core/keras/metrics/metric.h"

// The best of one rate at those thresholds where another is at least a bound. Rates:
//   sensitivity = recall = tp / (tp + fn),  specificity = tn / (tn + fp),  precision = tp / (tp +
//   fp)

namespace tricorn::keras {

// Errors: InvalidArgument for a bound outside [0, 1], or num_thresholds outside [1, 1e6].
absl::Status CheckBound(std::string_view what, double bound, int64_t num_thresholds);

class BestAtBound : public Metric {
 public:
  std::vector<MetricVariable> Variables(const ir::Type& y_pred) const override;
  ir::Values Update(ir::Value y_true, ir::Value y_pred, ir::Value sample_weight,
                    ir::Value mask) const override;
  ir::Value Result(ir::Operands state) const override;

 protected:
  using Rate = ir::Value (*)(const ConfusionCounts& counts);
  static ir::Value Sensitivity(const ConfusionCounts& counts);
  static ir::Value Specificity(const ConfusionCounts& counts);
  static ir::Value PrecisionRate(const ConfusionCounts& counts);

  struct Search {
    int64_t num_thresholds;
    std::optional<int64_t> class_id;
    double bound;
    Rate bounded;
    Rate best;
  };
  virtual Search search() const = 0;
};

// Class is the metric, bound the argument, whose rate is Bounded; the result is a Best.
#define TRICORN_BEST_AT_BOUND(Class, snake_name, bound, Bounded, Best)                 \
  struct Class##Config {                                                               \
    std::string name = snake_name;                                                     \
    double bound;                                                                      \
    int64_t num_thresholds = 200;                                                      \
    std::optional<int64_t> class_id = std::nullopt;                                    \
    FIELDS(name, bound, num_thresholds, class_id)                                      \
  };                                                                                   \
  class Class : public MetricWith<Class, Class##Config, BestAtBound> {                 \
   public:                                                                             \
    static constexpr std::string_view kClassName = #Class;                             \
    using MetricWith::MetricWith;                                                      \
    static absl::Status CheckConfig(const Class##Config& config) {                     \
      return CheckBound(#bound, config.bound, config.num_thresholds);                  \
    }                                                                                  \
                                                                                       \
   protected:                                                                          \
    Search search() const override {                                                   \
      return {config_.num_thresholds, config_.class_id, config_.bound, Bounded, Best}; \
    }                                                                                  \
  };
TRICORN_BEST_AT_BOUND(SensitivityAtSpecificity, "sensitivity_at_specificity", specificity,
                      Specificity, Sensitivity)
TRICORN_BEST_AT_BOUND(SpecificityAtSensitivity, "specificity_at_sensitivity", sensitivity,
                      Sensitivity, Specificity)
TRICORN_BEST_AT_BOUND(PrecisionAtRecall, "precision_at_recall", recall, Sensitivity, PrecisionRate)
TRICORN_BEST_AT_BOUND(RecallAtPrecision, "recall_at_precision", precision, PrecisionRate,
                      Sensitivity)
#undef TRICORN_BEST_AT_BOUND

void RegisterBestAtBound(Registry<Metric>& registry);

}  // namespace tricorn::keras
