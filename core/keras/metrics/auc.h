#pragma once

#include <optional>
#include <vector>

#include "core/keras/metrics/confusion.h"
#include "core/keras/metrics/metric.h"
#include "core/keras/serialization/number_or_list.h"

namespace tricorn::keras {

struct AUCConfig {
  std::string name = "auc";
  int64_t num_thresholds = 200;
  std::string curve = "ROC";
  std::string summation_method = "interpolation";
  std::optional<std::vector<double>> thresholds = std::nullopt;  // instead of num_thresholds
  bool multi_label = false;
  std::optional<int64_t> num_labels = std::nullopt;
  std::optional<NumberOrList> label_weights = std::nullopt;
  bool from_logits = false;
  FIELDS(name, num_thresholds, curve, summation_method, thresholds, multi_label, num_labels,
         label_weights, from_logits)
};
// The area under a curve through one point a threshold:
//   ROC     sensitivity over the rate of false positives
//   PR      precision over recall; interpolated between points as its sums are
//   PRGAIN  both as gains over the rate of positive labels
// summation_method: "interpolation" (trapezoids), "minoring" or "majoring" (rectangles below or
// above). multi_label: the areas of the last axis' labels, weighted, averaged.
// Errors: InvalidArgument for other names, less than 2 thresholds, thresholds outside [0, 1], and
// num_labels without multi_label.
// Source: Davis & Goadrich 2006; Flach & Kull 2015; Keras 3 `AUC`.
class AUC : public MetricWith<AUC, AUCConfig> {
 public:
  static constexpr std::string_view kClassName = "AUC";
  using MetricWith::MetricWith;
  static absl::Status CheckConfig(const AUCConfig& config);

  std::vector<MetricVariable> Variables(const ir::Type& y_pred) const override;
  ir::Values Update(ir::Value y_true, ir::Value y_pred, ir::Value sample_weight,
                    ir::Value mask) const override;
  ir::Value Result(ir::Operands state) const override;

 private:
  // From just below 0 to just above 1, so that the curve has both ends.
  std::vector<double> Thresholds() const;
};

void RegisterAUC(Registry<Metric>& registry);

}  // namespace tricorn::keras
