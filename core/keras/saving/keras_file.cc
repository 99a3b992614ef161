#include "core/keras/saving/keras_file.h"

#include "core/io/keras_archive.h"
#include "core/keras/saving/layer_walk.h"
#include "core/keras/saving/weights.h"

namespace tricorn::keras {
namespace {

constexpr std::string_view kOptimizerVars = "optimizer/vars";

// Builds the model that config.json describes, without values.
absl::StatusOr<std::shared_ptr<Model>> Describe(const Json& json, const Registries& objects) {
  ASSIGN_OR_RETURN(std::shared_ptr<Layer> layer, Deserializer(objects).Object<Layer>(json));
  auto model = std::dynamic_pointer_cast<Model>(layer);
  if (model == nullptr) {
    return InvalidArgument("expected a Sequential or Functional model, received a {}",
                           std::string(layer->class_name()));
  }
  const Json& compile = json["compile_config"];
  if (compile.is_object() && compile.size() > 0) model->set_compile_config(compile);
  if (model->name().empty()) model->set_name(model->DisplayName());
  return model;
}

// The files of each layer lie in a folder of its path.
std::string AssetFolder(const std::string& path) { return path.empty() ? "" : path + "/"; }

absl::Status LoadAssets(const KerasArchive& archive, Model& model) {
  if (archive.assets.empty()) return absl::OkStatus();
  return WalkLayers(model, [&](const std::string& path, Layer& layer) {
    const std::string folder = AssetFolder(path);
    Layer::Assets files;
    for (const auto& [name, bytes] : archive.assets) {
      if (name.starts_with(folder)) files[name.substr(folder.size())] = bytes;
    }
    return files.empty() ? absl::OkStatus() : WithSubject(layer.LoadAssets(files), path);
  });
}

absl::StatusOr<LoadedModel> FromArchive(const KerasArchive& archive, const Registries& objects) {
  LoadedModel loaded;
  ASSIGN_OR_RETURN(loaded.model, Describe(archive.config, objects));
  RETURN_IF_ERROR(WeightsFromHdf5(archive.weights, *loaded.model));
  RETURN_IF_ERROR(LoadAssets(archive, *loaded.model));
  // What is not saved: the state of seed generators.
  RETURN_IF_ERROR(loaded.model->Initialize(0, /*only_missing=*/true));
  if (const Hdf5Group* vars = archive.weights.Find(kOptimizerVars)) {
    if (const auto name = vars->attributes.find("name"); name != vars->attributes.end()) {
      loaded.optimizer.name = name->second;
    }
    ASSIGN_OR_RETURN(loaded.optimizer.variables, VarsInOrder(*vars));
  }
  return loaded;
}

absl::StatusOr<KerasArchive> ToArchive(Model& model, absl::Time date_saved,
                                       const OptimizerState& optimizer) {
  KerasArchive archive;
  ASSIGN_OR_RETURN(archive.weights, WeightsToHdf5(model));
  if (!optimizer.variables.empty()) {
    archive.weights.Make(kOptimizerVars) = VarsGroup(optimizer.name, optimizer.variables);
  }
  RETURN_IF_ERROR(WalkLayers(model, [&](const std::string& path, Layer& layer) {
    for (auto& [name, bytes] : layer.SaveAssets()) {
      archive.assets[AssetFolder(path) + name] = std::move(bytes);
    }
    return absl::OkStatus();
  }));
  archive.metadata = KerasMetadata(date_saved);
  archive.config = model.Serialize();
  return archive;
}

}  // namespace

absl::StatusOr<LoadedModel> LoadBytes(std::string_view bytes, const Registries& objects) {
  ASSIGN_OR_RETURN(const KerasArchive archive, ParseKerasArchive(bytes));
  return FromArchive(archive, objects);
}

absl::StatusOr<LoadedModel> Load(Env& env, const std::string& path, const Registries& objects) {
  ASSIGN_OR_RETURN(const KerasArchive archive, ReadKerasArchive(env, path));
  absl::StatusOr<LoadedModel> loaded = FromArchive(archive, objects);
  if (!loaded.ok()) return WithSubject(loaded.status(), path);
  return loaded;
}

absl::StatusOr<std::shared_ptr<Model>> ModelFromJson(const Json& json, const Registries& objects) {
  ASSIGN_OR_RETURN(std::shared_ptr<Model> model, Describe(json, objects));
  model->InitializeNew();
  RETURN_IF_ERROR(model->status());
  return model;
}

absl::StatusOr<std::string> SaveBytes(Model& model, absl::Time date_saved,
                                      const OptimizerState& optimizer) {
  ASSIGN_OR_RETURN(const KerasArchive archive, ToArchive(model, date_saved, optimizer));
  return SerializeKerasArchive(archive);
}

absl::Status Save(Env& env, const std::string& path, Model& model, absl::Time date_saved,
                  const OptimizerState& optimizer) {
  ASSIGN_OR_RETURN(const KerasArchive archive, ToArchive(model, date_saved, optimizer));
  return WriteKerasArchive(env, path, archive);
}

absl::Status SaveWeights(Env& env, const std::string& path, Model& model) {
  ASSIGN_OR_RETURN(const Hdf5Group weights, WeightsToHdf5(model));
  return WriteKerasWeights(env, path, weights);
}

absl::Status LoadWeights(Env& env, const std::string& path, Model& model) {
  ASSIGN_OR_RETURN(const Hdf5Group weights, ReadKerasWeights(env, path));
  return WithSubject(WeightsFromHdf5(weights, model), path);
}

}  // namespace tricorn::keras
