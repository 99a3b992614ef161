#include "tests/conformance/training_case.h"

#include <algorithm>
#include <cmath>

#include "core/base/status.h"
#include "tests/conformance/expect_close.h"

namespace tricorn::conformance {
namespace {

// Columns "x" or "x/NAME" for the leaves of one structure of arrays.
absl::Status AppendColumns(const Case& test, std::string_view role, const Json& structure,
                           std::vector<Dataset::NamedTensor>& columns) {
  const auto add = [&](std::string name, const Json& array) -> absl::Status {
    ASSIGN_OR_RETURN(Tensor tensor, test.Array(array));
    columns.push_back({std::move(name), std::move(tensor)});
    return absl::OkStatus();
  };
  if (structure.is_null()) return absl::OkStatus();
  if (structure.is_string()) return add(std::string(role), structure);
  if (structure.is_array()) {
    for (size_t i = 0; i < structure.size(); ++i) {
      RETURN_IF_ERROR(add(fmt::format("{}/{}", role, i), structure.AsArray()[i]));
    }
    return absl::OkStatus();
  }
  for (const auto& [name, array] : structure.AsObject()) {
    RETURN_IF_ERROR(add(fmt::format("{}/{}", role, name), array));
  }
  return absl::OkStatus();
}

absl::StatusOr<Dataset> MakeDataset(const Case& test, const Json& x, const Json& y,
                                    const Json& sample_weight) {
  std::vector<Dataset::NamedTensor> columns;
  RETURN_IF_ERROR(AppendColumns(test, "x", x, columns));
  RETURN_IF_ERROR(AppendColumns(test, "y", y, columns));
  RETURN_IF_ERROR(AppendColumns(test, "sample_weight", sample_weight, columns));
  return Dataset::FromTensors(std::move(columns));
}

absl::Status ReadFitOption(const std::string& name, const Json& value, keras::FitOptions& options) {
  if (value.is_null()) return absl::OkStatus();
  if (name == "batch_size") return FromJson(value, &options.batch_size);
  if (name == "epochs") return FromJson(value, &options.epochs);
  if (name == "initial_epoch") return FromJson(value, &options.initial_epoch);
  if (name == "shuffle") return FromJson(value, &options.shuffle);
  if (name == "validation_split") return FromJson(value, &options.validation_split);
  if (name == "validation_freq") return FromJson(value, &options.validation_freq);
  if (name == "validation_batch_size") return FromJson(value, &options.validation_batch_size);
  if (name == "validation_steps") return FromJson(value, &options.validation_steps);
  if (name == "steps_per_epoch") return FromJson(value, &options.steps_per_epoch);
  if (name == "class_weight") {
    for (const auto& [label, weight] : value.AsObject()) {
      options.class_weight[std::stoll(label)] = weight.AsDouble();
    }
    return absl::OkStatus();
  }
  return Unimplemented("fit({}=...)", name);
}

}  // namespace

absl::StatusOr<TrainingCase> TrainingCase::Read(const Case& test) {
  const Json& data = test["data"];
  ASSIGN_OR_RETURN(Dataset train, MakeDataset(test, data["x"], data["y"], data["sample_weight"]));
  TrainingCase training{.train = std::move(train), .validation = {}, .x = {}, .options = {}};
  if (data["validation_data"].size() >= 2) {
    const Json::Array& validation = data["validation_data"].AsArray();
    ASSIGN_OR_RETURN(training.validation,
                     MakeDataset(test, validation[0], validation[1],
                                 validation.size() > 2 ? validation[2] : Json()));
  }
  std::vector<Json> names;
  AppendLeaves(data["x"], names);
  for (const Json& name : names) {
    ASSIGN_OR_RETURN(training.x.emplace_back(), test.Array(name));
  }
  for (const auto& [name, value] : test["fit"].AsObject()) {
    RETURN_IF_ERROR(WithSubject(ReadFitOption(name, value, training.options), name));
  }
  return training;
}

void AppendLeaves(const Json& structure, std::vector<Json>& leaves) {
  if (structure.is_array()) {
    for (const Json& item : structure.AsArray()) AppendLeaves(item, leaves);
  } else if (structure.is_object()) {
    Json::Object members = structure.AsObject();
    std::sort(members.begin(), members.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [name, item] : members) AppendLeaves(item, leaves);
  } else if (!structure.is_null()) {
    leaves.push_back(structure);
  }
}

bool HasZeroGradient(const Case& test, std::string_view path) {
  if (!test["zero_gradient_weights"].is_array()) return false;
  std::string flat(path);
  std::replace(flat.begin(), flat.end(), '/', '_');
  for (const Json& weight : test["zero_gradient_weights"].AsArray()) {
    std::string name = weight.AsString();
    std::replace(name.begin(), name.end(), '/', '_');
    if (flat.find(name) != flat.npos) return true;
  }
  return false;
}

absl::Status ExpectLog(const Case& test, std::string_view what, std::string_view name, double got,
                       double want) {
  if (test.compute_dtype() != DType::kF32 && !name.ends_with("loss")) {
    return ExpectClose(what, Tensor::Scalar(got), Tensor::Scalar(want), 0.1, 0.1);
  }
  return ExpectClose(test, what, Tensor::Scalar(got), Tensor::Scalar(want), kAfterTraining);
}

absl::Status ExpectHistory(const Case& test, const keras::History& history) {
  const Json& expected = test["history"];
  if (expected.size() != history.values.size()) {
    return Internal("history: expected {} logs, received {}", expected.size(),
                    history.values.size());
  }
  for (const auto& [name, values] : expected.AsObject()) {
    const auto it = history.values.find(name);
    if (it == history.values.end() || it->second.size() != values.size()) {
      return Internal("history: expected {} values of {}", values.size(), name);
    }
    for (size_t i = 0; i < values.size(); ++i) {
      RETURN_IF_ERROR(ExpectLog(test, fmt::format("history {}[{}]", name, i), name, it->second[i],
                                values.AsArray()[i].AsDouble()));
    }
  }
  return absl::OkStatus();
}

absl::Status ExpectWeights(const Case& test, keras::Model& model, std::string_view key, double rtol,
                           double atol) {
  const std::vector<keras::Variable*> weights = model.weights();
  const Json::Array& expected = test["weights"].AsArray();
  if (weights.size() != expected.size()) {
    return Internal("weights: expected {}, received {}", expected.size(), weights.size());
  }
  double moved = 0, differs = 0;  // squares
  for (const Json& entry : expected) {
    const std::string& path = entry["path"].AsString();
    if (HasZeroGradient(test, path)) continue;
    const auto at =
        std::find_if(weights.begin(), weights.end(),
                     [&](const keras::Variable* weight) { return weight->path == path; });
    if (at == weights.end()) return Internal("weights: expected one at {}", path);
    ASSIGN_OR_RETURN(const Tensor want, test.Array(entry[key]));
    if (test.compute_dtype() == DType::kF32) {
      RETURN_IF_ERROR(ExpectClose(fmt::format("{} {}", path, key), (*at)->value, want, rtol, atol));
      continue;
    }
    ASSIGN_OR_RETURN(const Tensor initial, test.Array(entry["initial"]));
    for (int64_t i = 0; i < want.num_elements(); ++i) {
      moved += std::pow(want.At(i) - initial.At(i), 2);
      differs += std::pow((*at)->value.At(i) - want.At(i), 2);
    }
  }
  if (differs <= moved * kMaxUpdateError * kMaxUpdateError) return absl::OkStatus();
  return Internal("weights {}: expected to move by {}, received what is {} from there", key,
                  std::sqrt(moved), std::sqrt(differs));
}

}  // namespace tricorn::conformance
