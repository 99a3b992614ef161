#include "core/keras/training/compiled.h"

#include <map>

#include "core/keras/metrics/accuracy.h"
#include "core/keras/training/per_output.h"

namespace tricorn::keras {
namespace {

// A class by its identifier, or a serialized object.
template <typename T>
absl::StatusOr<std::shared_ptr<T>> Make(const Json& json, const Deserializer& deserializer) {
  if (!json.is_string()) return deserializer.Object<T>(json);
  const auto* factory = deserializer.Find<T>(json.AsString());
  if (factory == nullptr) {
    return NotFound("{}: expected a name that Keras has, received '{}'", T::kKind, json.AsString());
  }
  return (*factory)(Json::MakeObject({}), deserializer);
}

bool IsOneOf(const Json& json, std::string_view a, std::string_view b) {
  return json.is_string() && (json.AsString() == a || json.AsString() == b);
}

int64_t LastAxis(const ir::Type& type) {
  return type.rank() == 0 ? 1 : type.shape[type.rank() - 1];
}

// Keras's choice for the identifier "crossentropy".
std::string CrossentropyFor(const ir::Type& y_true, const ir::Type& y_pred) {
  if (LastAxis(y_pred) == 1) return "binary_crossentropy";
  if (y_true.rank() < y_pred.rank() || LastAxis(y_true) == 1) {
    return "sparse_categorical_crossentropy";
  }
  return "categorical_crossentropy";
}

absl::StatusOr<std::shared_ptr<Loss>> MakeLoss(const Json& json, const ir::Type& y_true,
                                               const ir::Type& y_pred,
                                               const Deserializer& deserializer) {
  if (IsOneOf(json, "crossentropy", "ce")) {
    return Make<Loss>(Json(CrossentropyFor(y_true, y_pred)), deserializer);
  }
  return Make<Loss>(json, deserializer);
}

// A metric and the name of its log: the identifier as the user wrote it, or the object's name.
absl::StatusOr<CompiledMetric> MakeMetric(const Json& json, size_t output,
                                          const OutputTypes& outputs,
                                          const Deserializer& deserializer) {
  CompiledMetric compiled{.output = output, .metric = nullptr, .log_name = ""};
  if (IsOneOf(json, "accuracy", "acc")) {
    compiled.log_name = json.AsString();
    compiled.metric =
        AccuracyFor(outputs.y_true[output], outputs.y_pred[output], compiled.log_name);
    return compiled;
  }
  ASSIGN_OR_RETURN(std::shared_ptr<Metric> metric, Make<Metric>(json, deserializer));
  compiled.log_name = json.is_string() ? json.AsString() : metric->name();
  compiled.metric = std::move(metric);
  return compiled;
}

// The metrics of one argument of `compile`, by output.
absl::Status AppendMetrics(const Json& json, std::string_view argument, bool weighted,
                           const OutputTypes& outputs, const Deserializer& deserializer,
                           std::vector<CompiledMetric>& out) {
  if (json.is_null()) return absl::OkStatus();
  const bool single = outputs.names.size() == 1;
  std::vector<Json> entries;
  if (single && json.is_array()) {
    entries = {json};
  } else {
    ASSIGN_OR_RETURN(entries, PerOutput(json, argument, outputs.structure));
  }
  for (size_t i = 0; i < entries.size(); ++i) {
    const Json::Array list = entries[i].is_array() ? entries[i].AsArray() : Json::Array{entries[i]};
    for (const Json& item : list) {
      if (item.is_null()) continue;
      absl::StatusOr<CompiledMetric> metric =
          item.is_array() && item.size() == 1
              ? MakeMetric(item.AsArray()[0], i, outputs, deserializer)
              : MakeMetric(item, i, outputs, deserializer);
      if (!metric.ok()) return WithSubject(metric.status(), argument);
      metric->weighted = weighted;
      if (!single) metric->log_name = outputs.names[i] + "_" + metric->log_name;
      out.push_back(*std::move(metric));
    }
  }
  return absl::OkStatus();
}

// A second metric of a name gets a number, or, weighted, a prefix first.
void MakeNamesUnique(const OutputTypes& outputs, std::vector<CompiledMetric>& metrics) {
  std::map<std::string, int> count;
  for (CompiledMetric& metric : metrics) {
    if (metric.weighted && count.contains(metric.log_name)) {
      const std::string prefix =
          outputs.names.size() == 1 ? "" : outputs.names[metric.output] + "_";
      metric.log_name = prefix + "weighted_" + metric.log_name.substr(prefix.size());
    }
    const int before = count[metric.log_name]++;
    if (before > 0) metric.log_name += "_" + std::to_string(before);
  }
}

absl::StatusOr<std::vector<double>> LossWeights(const Json& json, const OutputTypes& outputs) {
  std::vector<double> weights(outputs.names.size(), 1.0);
  if (json.is_null()) return weights;
  ASSIGN_OR_RETURN(const std::vector<Json> entries,
                   PerOutput(json, "loss_weights", outputs.structure));
  for (size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].is_null()) continue;
    if (!entries[i].is_number())
      return WithSubject(WrongKind("number", entries[i]), "loss_weights");
    weights[i] = entries[i].AsDouble();
  }
  return weights;
}

}  // namespace

absl::StatusOr<std::shared_ptr<Optimizer>> MakeOptimizer(const Json& json,
                                                         const Deserializer& deserializer) {
  return Make<Optimizer>(json, deserializer);
}

absl::StatusOr<std::vector<CompiledLoss>> MakeLosses(const CompileConfig& config,
                                                     const OutputTypes& outputs,
                                                     const Deserializer& deserializer) {
  ASSIGN_OR_RETURN(const std::vector<double> weights, LossWeights(config.loss_weights, outputs));
  ASSIGN_OR_RETURN(const std::vector<Json> entries,
                   PerOutput(config.loss, "loss", outputs.structure));
  const std::vector<std::string> names = LossNames(outputs.structure);
  std::vector<CompiledLoss> losses;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].is_null()) continue;
    absl::StatusOr<std::shared_ptr<Loss>> loss =
        MakeLoss(entries[i], outputs.y_true[i], outputs.y_pred[i], deserializer);
    if (!loss.ok()) return WithSubject(loss.status(), "loss");
    losses.push_back({i, *std::move(loss), weights[i], names[i]});
  }
  return losses;
}

absl::StatusOr<std::vector<CompiledMetric>> MakeMetrics(const CompileConfig& config,
                                                        const OutputTypes& outputs,
                                                        const Deserializer& deserializer) {
  std::vector<CompiledMetric> metrics;
  RETURN_IF_ERROR(AppendMetrics(config.metrics, "metrics", false, outputs, deserializer, metrics));
  RETURN_IF_ERROR(AppendMetrics(config.weighted_metrics, "weighted_metrics", true, outputs,
                                deserializer, metrics));
  MakeNamesUnique(outputs, metrics);
  return metrics;
}

}  // namespace tricorn::keras
