#include "core/keras/metrics/mean_metric_wrapper.h"

#include <utility>

namespace tricorn::keras {
namespace {

// "mean_squared_error", or the same as Keras serializes functions.
absl::StatusOr<std::string> FunctionName(const Json& json) {
  const bool is_function = json.Has("class_name") && json["class_name"].is_string() &&
                           json["class_name"].AsString() == "function" && json.Has("config");
  const Json& name = is_function ? json["config"] : json;
  if (!name.is_string()) {
    return InvalidArgument("fn: expected the name of a function, received {}", json.Dump());
  }
  return name.AsString();
}

}  // namespace

MeanMetricWrapper::MeanMetricWrapper(std::string function_name, FunctionOfLabels function,
                                     std::string name)
    : name_(std::move(name)),
      function_name_(std::move(function_name)),
      function_(std::move(function)) {}

absl::StatusOr<std::shared_ptr<MeanMetricWrapper>> MeanMetricWrapper::FromConfig(
    const Json& json, const Deserializer& deserializer) {
  if (!json.is_object() || !json.Has("fn")) {
    return InvalidArgument("MeanMetricWrapper: expected a config with fn, received {}",
                           json.Dump());
  }
  std::shared_ptr<MeanMetricWrapper> metric(new MeanMetricWrapper());
  ASSIGN_OR_RETURN(metric->function_name_, FunctionName(json["fn"]));
  if (json.Has("name") && json["name"].is_string()) metric->name_ = json["name"].AsString();
  metric->arguments_ = json;
  for (const char* own : {"fn", "name", "dtype"}) metric->arguments_.Erase(own);
  const auto* factory = deserializer.Find<Metric>(metric->function_name_);
  if (factory == nullptr) {
    return NotFound("fn: expected a function of Keras's metrics, received '{}'",
                    metric->function_name_);
  }
  ASSIGN_OR_RETURN(const std::shared_ptr<Metric> of_keras,
                   (*factory)(metric->arguments_, deserializer));
  metric->of_keras_ = std::dynamic_pointer_cast<const MeanOfFunction>(of_keras);
  if (metric->of_keras_ == nullptr) {
    return NotFound("fn: expected a function with a value an entry, received '{}'",
                    metric->function_name_);
  }
  return metric;
}

Json MeanMetricWrapper::GetConfig() const {
  Json config = Json::MakeObject({{"name", name_},
                                  {"dtype", "float32"},
                                  {"fn", Json::MakeObject({{"module", "builtins"},
                                                           {"class_name", "function"},
                                                           {"config", function_name_},
                                                           {"registered_name", "function"}})}});
  for (const auto& [key, value] : arguments_.AsObject()) config.Set(key, value);
  return config;
}

ir::Value MeanMetricWrapper::Function(ir::Value y_true, ir::Value y_pred) const {
  return of_keras_ ? of_keras_->Function(y_true, y_pred) : function_(y_true, y_pred);
}

ir::Value MeanMetricWrapper::EntryMask(ir::Value y_true, ir::Value y_pred) const {
  return of_keras_ ? of_keras_->EntryMask(y_true, y_pred) : ir::Value();
}

void RegisterMeanMetricWrapper(Registry<Metric>& registry) { registry.Add<MeanMetricWrapper>(); }

}  // namespace tricorn::keras
