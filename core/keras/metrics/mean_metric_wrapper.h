#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/keras/metrics/mean.h"

namespace tricorn::keras {

// The mean over samples of any function of labels and predictions that gives a value an entry.
//   MeanMetricWrapper metric("squares", [](auto y, auto p) { return ops::Square(y - p); });
// Configs name the function. Those of Keras's own mean metrics load: "binary_accuracy" with its
// `threshold`; a program's own does not, for which a class derived from MeanOfFunction is meant.
// Source: Keras 3 `MeanMetricWrapper`.
class MeanMetricWrapper : public MeanOfFunction {
 public:
  static constexpr std::string_view kClassName = "MeanMetricWrapper";
  using FunctionOfLabels = std::function<ir::Value(ir::Value y_true, ir::Value y_pred)>;

  MeanMetricWrapper(std::string function_name, FunctionOfLabels function,
                    std::string name = "mean_metric_wrapper");
  // Errors: NotFound for a function that Keras's metrics lack.
  static absl::StatusOr<std::shared_ptr<MeanMetricWrapper>> FromConfig(
      const Json& json, const Deserializer& deserializer);

  std::string_view class_name() const override { return kClassName; }
  Json GetConfig() const override;
  const std::string& name() const override { return name_; }

  ir::Value Function(ir::Value y_true, ir::Value y_pred) const override;
  ir::Value EntryMask(ir::Value y_true, ir::Value y_pred) const override;

 private:
  MeanMetricWrapper() = default;

  std::string name_ = "mean_metric_wrapper";
  std::string function_name_;
  Json arguments_ = Json::MakeObject({});  // of the function, besides labels and predictions
  FunctionOfLabels function_;
  std::shared_ptr<const MeanOfFunction> of_keras_;  // whose function it is, in place of function_
};

void RegisterMeanMetricWrapper(Registry<Metric>& registry);

}  // namespace tricorn::keras
