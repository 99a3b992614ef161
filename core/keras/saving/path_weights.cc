#include "core/keras/saving/path_weights.h"

#include "core/base/status.h"
#include "core/keras/saving/staged_weights.h"

namespace tricorn::keras {
namespace {

std::map<std::string, Variable*> ByPath(const Model& model) {
  std::map<std::string, Variable*> by_path;
  for (Variable* variable : model.weights()) {
    std::string path = variable->path;
    for (int i = 2; by_path.contains(path); ++i) {
      path = variable->path + ":" + std::to_string(i);
    }
    by_path.emplace(std::move(path), variable);
  }
  return by_path;
}

}  // namespace

absl::StatusOr<std::map<std::string, Tensor>> WeightsByPath(const Model& model) {
  RETURN_IF_ERROR(model.status());
  std::map<std::string, Tensor> values;
  for (const auto& [path, variable] : ByPath(model)) {
    if (!variable->has_value()) {
      return FailedPrecondition("{}: expected a value, received none", path);
    }
    values.emplace(path, variable->value);
  }
  return values;
}

absl::StatusOr<std::vector<std::string>> SetWeightsByPath(
    const std::map<std::string, Tensor>& values, Model& model, Mismatch mismatch) {
  RETURN_IF_ERROR(model.status());
  StagedWeights staged;
  std::vector<std::string> skipped;
  const auto refuse = [&](const absl::Status& status) {
    if (status.ok() || mismatch == Mismatch::kRefuse) return status;
    skipped.emplace_back(status.message());
    return absl::OkStatus();
  };
  const std::map<std::string, Variable*> by_path = ByPath(model);
  for (const auto& [path, variable] : by_path) {
    const auto value = values.find(path);
    RETURN_IF_ERROR(refuse(value == values.end()
                               ? InvalidArgument("{}: expected a value, received none", path)
                               : staged.Add(path, {variable}, {value->second})));
  }
  for (const auto& [path, value] : values) {
    if (by_path.contains(path)) continue;
    RETURN_IF_ERROR(refuse(
        InvalidArgument("{}: expected the path of a weight of {}", path, model.DisplayName())));
  }
  staged.Set();
  return skipped;
}

absl::StatusOr<int64_t> TransferWeights(const Model& from, Model& to) {
  ASSIGN_OR_RETURN(const auto values, WeightsByPath(from));
  RETURN_IF_ERROR(to.status());
  int64_t count = 0;
  for (const auto& [path, variable] : ByPath(to)) {
    const auto value = values.find(path);
    if (value == values.end() || value->second.shape() != variable->type.shape) continue;
    variable->value = value->second.Cast(variable->type.dtype).Clone();
    ++count;
  }
  return count;
}

}  // namespace tricorn::keras
