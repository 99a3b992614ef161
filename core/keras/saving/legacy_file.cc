#include "core/keras/saving/legacy_file.h"

#include "core/base/status.h"
#include "core/keras/saving/legacy_config.h"
#include "core/keras/saving/legacy_weights.h"

namespace tricorn::keras {
namespace {

constexpr const char* kModelConfig = "model_config";
constexpr const char* kTrainingConfig = "training_config";
constexpr const char* kModelWeights = "model_weights";
constexpr const char* kOptimizerWeights = "optimizer_weights";

absl::StatusOr<Json> JsonAttribute(const Hdf5Group& root, const char* name) {
  const auto text = root.attributes.find(name);
  if (text == root.attributes.end()) return Json();
  absl::StatusOr<Json> json = Json::Parse(text->second);
  if (!json.ok()) return WithSubject(json.status(), name);
  return json;
}

}  // namespace

absl::StatusOr<LoadedModel> FromLegacyHdf5(const Hdf5Group& root, const Registries& objects) {
  ASSIGN_OR_RETURN(const Json saved, JsonAttribute(root, kModelConfig));
  if (saved.is_null()) {
    return InvalidArgument(
        "expected a whole model, with an attribute model_config, received weights alone");
  }
  ASSIGN_OR_RETURN(Json config, FromLegacyModelConfig(saved));
  ASSIGN_OR_RETURN(const Json training, JsonAttribute(root, kTrainingConfig));
  config.Set("compile_config", FromLegacyTrainingConfig(training));
  LoadedModel loaded;
  ASSIGN_OR_RETURN(loaded.model, DescribeModel(config, objects));
  RETURN_IF_ERROR(LegacyWeightsInOrder(root, *loaded.model, Mismatch::kRefuse).status());
  RETURN_IF_ERROR(loaded.model->Initialize(0, /*only_missing=*/true));
  if (const Hdf5Group* group = root.Find(kOptimizerWeights); group != nullptr) {
    absl::StatusOr<std::vector<Tensor>> variables = LegacyTensors(*group);
    if (!variables.ok()) return WithSubject(variables.status(), kOptimizerWeights);
    loaded.optimizer.variables = *std::move(variables);
    if (!group->groups.empty()) loaded.optimizer.name = group->groups.begin()->first;
  }
  return loaded;
}

absl::StatusOr<Hdf5Group> ToLegacyHdf5(const Model& model, const OptimizerState& optimizer) {
  Hdf5Group root;
  ASSIGN_OR_RETURN(root.groups[kModelWeights], LegacyWeights(model));
  root.attributes = root.groups[kModelWeights].attributes;  // backend, keras_version
  root.attributes[kModelConfig] = ToLegacyModelConfig(model.Serialize()).Dump();
  if (model.compile_config().is_object()) {
    root.attributes[kTrainingConfig] = ToLegacyTrainingConfig(model.compile_config()).Dump();
  }
  if (optimizer.variables.empty()) return root;
  const std::string group = optimizer.name.empty() ? "optimizer" : optimizer.name;
  std::vector<std::string> names;
  for (size_t i = 0; i < optimizer.variables.size(); ++i) {
    names.push_back(group + "/" + std::to_string(i));
  }
  RETURN_IF_ERROR(SetLegacyTensors(names, optimizer.variables, root.groups[kOptimizerWeights]));
  return root;
}

}  // namespace tricorn::keras
