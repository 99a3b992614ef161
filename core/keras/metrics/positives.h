#pragma once

#include <optional>

#include "core/keras/metrics/confusion.h"
#include "core/keras/metrics/metric.h"
#include "core/keras/serialization/number_or_list.h"

// Numbers of right and wrong predictions at thresholds, and their ratios. The result is a scalar
// for one threshold, else has an entry each.

namespace tricorn::keras {

// Errors: InvalidArgument for a threshold outside [0, 1].
absl::Status CheckThresholds(const std::optional<NumberOrList>& thresholds);

template <typename Traits>
struct ConfusionCountConfig {
  std::string name = Traits::kName;
  std::optional<NumberOrList> thresholds = std::nullopt;  // 0.5
  FIELDS(name, thresholds)
};
// One of the four counts. Derived gives kClassName, Traits kName and kCount.
template <typename Derived, typename Traits>
class ConfusionCount : public MetricWith<Derived, ConfusionCountConfig<Traits>> {
 public:
  using MetricWith<Derived, ConfusionCountConfig<Traits>>::MetricWith;
  static absl::Status CheckConfig(const ConfusionCountConfig<Traits>& config) {
    return CheckThresholds(config.thresholds);
  }
  std::vector<MetricVariable> Variables(const ir::Type&) const override {
    return {{"accumulator", {static_cast<int64_t>(Thresholds().size())}}};
  }
  ir::Values Update(ir::Value y_true, ir::Value y_pred, ir::Value sample_weight,
                    ir::Value /*mask*/) const override {
    const ir::Builder::Scope scope(y_pred.builder(), this->name());
    return {CountConfusion(y_true, y_pred, sample_weight, {.thresholds = Thresholds()}).*
            Traits::kCount};
  }
  ir::Value Result(ir::Operands state) const override;

 private:
  std::vector<double> Thresholds() const { return this->config_.thresholds.value_or(0.5).values(); }
};

#define TRICORN_CONFUSION_COUNT(Class, snake_name)               \
  struct Class##Traits {                                         \
    static constexpr const char* kName = #snake_name;            \
    static constexpr auto kCount = &ConfusionCounts::snake_name; \
  };                                                             \
  class Class : public ConfusionCount<Class, Class##Traits> {    \
   public:                                                       \
    static constexpr std::string_view kClassName = #Class;       \
    using ConfusionCount::ConfusionCount;                        \
  };
TRICORN_CONFUSION_COUNT(TruePositives, true_positives)
TRICORN_CONFUSION_COUNT(FalsePositives, false_positives)
TRICORN_CONFUSION_COUNT(TrueNegatives, true_negatives)
TRICORN_CONFUSION_COUNT(FalseNegatives, false_negatives)
#undef TRICORN_CONFUSION_COUNT

template <typename Traits>
struct PositiveRatioConfig {
  std::string name = Traits::kName;
  std::optional<NumberOrList> thresholds = std::nullopt;  // 0.5, or none with top_k
  std::optional<int64_t> top_k = std::nullopt;
  std::optional<int64_t> class_id = std::nullopt;
  FIELDS(name, thresholds, top_k, class_id)
};
// True positives in proportion to all whose prediction (Precision) or label (Recall) is positive.
template <typename Derived, typename Traits>
class PositiveRatio : public MetricWith<Derived, PositiveRatioConfig<Traits>> {
 public:
  using MetricWith<Derived, PositiveRatioConfig<Traits>>::MetricWith;
  static absl::Status CheckConfig(const PositiveRatioConfig<Traits>& config) {
    return CheckThresholds(config.thresholds);
  }
  std::vector<MetricVariable> Variables(const ir::Type&) const override {
    const auto count = static_cast<int64_t>(Thresholds().size());
    return {{"true_positives", {count}}, {Traits::kOtherName, {count}}};
  }
  ir::Values Update(ir::Value y_true, ir::Value y_pred, ir::Value sample_weight,
                    ir::Value /*mask*/) const override {
    const ir::Builder::Scope scope(y_pred.builder(), this->name());
    const ConfusionCounts counts = CountConfusion(y_true, y_pred, sample_weight,
                                                  {.thresholds = Thresholds(),
                                                   .top_k = this->config_.top_k,
                                                   .class_id = this->config_.class_id});
    return {counts.true_positives, counts.*Traits::kOther};
  }
  ir::Value Result(ir::Operands state) const override;

 private:
  std::vector<double> Thresholds() const {
    constexpr double kBelowAllKept = -1e10;
    const double otherwise = this->config_.top_k ? kBelowAllKept : 0.5;
    return this->config_.thresholds.value_or(otherwise).values();
  }
};

struct PrecisionTraits {
  static constexpr const char* kName = "precision";
  static constexpr const char* kOtherName = "false_positives";
  static constexpr auto kOther = &ConfusionCounts::false_positives;
};
class Precision : public PositiveRatio<Precision, PrecisionTraits> {
 public:
  static constexpr std::string_view kClassName = "Precision";
  using PositiveRatio::PositiveRatio;
};

struct RecallTraits {
  static constexpr const char* kName = "recall";
  static constexpr const char* kOtherName = "false_negatives";
  static constexpr auto kOther = &ConfusionCounts::false_negatives;
};
class Recall : public PositiveRatio<Recall, RecallTraits> {
 public:
  static constexpr std::string_view kClassName = "Recall";
  using PositiveRatio::PositiveRatio;
};

void RegisterPositives(Registry<Metric>& registry);

}  // namespace tricorn::keras
