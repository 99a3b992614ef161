#include "core/keras/saving/keras_file.h"

#include "core/io/keras_archive.h"
#include "core/io/keras_directory.h"
#include "core/keras/saving/layer_walk.h"
#include "core/keras/saving/legacy_file.h"
#include "core/keras/saving/optimizer_vars.h"
#include "core/keras/saving/weights.h"

namespace tricorn::keras {
namespace {

constexpr std::string_view kHdf5Signature("\x89HDF\r\n\x1a\n", 8);

bool IsLegacyPath(const std::string& path) {
  return path.ends_with(".h5") || path.ends_with(".hdf5");
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
  ASSIGN_OR_RETURN(loaded.model, DescribeModel(archive.config, objects));
  RETURN_IF_ERROR(WeightsFromHdf5(archive.weights, *loaded.model).status());
  RETURN_IF_ERROR(LoadAssets(archive, *loaded.model));
  // What is not saved: the state of seed generators.
  RETURN_IF_ERROR(loaded.model->Initialize(0, /*only_missing=*/true));
  ASSIGN_OR_RETURN(loaded.optimizer, OptimizerIn(archive.weights));
  return loaded;
}

absl::StatusOr<KerasArchive> ToArchive(Model& model, absl::Time date_saved,
                                       const OptimizerState& optimizer) {
  KerasArchive archive;
  ASSIGN_OR_RETURN(archive.weights, WeightsToHdf5(model));
  AddOptimizer(optimizer, archive.weights);
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
  if (bytes.starts_with(kHdf5Signature)) {
    ASSIGN_OR_RETURN(const Hdf5Group root, ReadHdf5(bytes));
    return FromLegacyHdf5(root, objects);
  }
  ASSIGN_OR_RETURN(const KerasArchive archive, ParseKerasArchive(bytes));
  return FromArchive(archive, objects);
}

absl::StatusOr<LoadedModel> Load(Env& env, const std::string& path, const Registries& objects) {
  absl::StatusOr<LoadedModel> loaded;
  if (IsLegacyPath(path)) {
    ASSIGN_OR_RETURN(const std::string bytes, env.ReadFile(path));
    loaded = LoadBytes(bytes, objects);
  } else if (IsKerasDirectory(env, path)) {
    ASSIGN_OR_RETURN(const KerasArchive archive, ReadKerasDirectory(env, path));
    loaded = FromArchive(archive, objects);
  } else {
    ASSIGN_OR_RETURN(const KerasArchive archive, ReadKerasArchive(env, path));
    loaded = FromArchive(archive, objects);
  }
  if (!loaded.ok()) return WithSubject(loaded.status(), path);
  return loaded;
}

absl::StatusOr<std::shared_ptr<Model>> ModelFromJson(const Json& json, const Registries& objects) {
  ASSIGN_OR_RETURN(std::shared_ptr<Model> model, DescribeModel(json, objects));
  model->InitializeNew();
  RETURN_IF_ERROR(model->status());
  return model;
}

absl::StatusOr<std::string> SaveBytes(Model& model, absl::Time date_saved,
                                      const OptimizerState& optimizer) {
  ASSIGN_OR_RETURN(const KerasArchive archive, ToArchive(model, date_saved, optimizer));
  return SerializeKerasArchive(archive);
}

absl::StatusOr<std::string> SaveLegacyBytes(const Model& model, const OptimizerState& optimizer) {
  ASSIGN_OR_RETURN(const Hdf5Group root, ToLegacyHdf5(model, optimizer));
  return WriteHdf5(root);
}

absl::Status Save(Env& env, const std::string& path, Model& model, absl::Time date_saved,
                  const OptimizerState& optimizer) {
  if (IsLegacyPath(path)) {
    ASSIGN_OR_RETURN(const std::string bytes, SaveLegacyBytes(model, optimizer));
    return env.WriteFileAtomically(path, bytes);
  }
  ASSIGN_OR_RETURN(const KerasArchive archive, ToArchive(model, date_saved, optimizer));
  return WriteKerasArchive(env, path, archive);
}

absl::Status SaveUnzipped(Env& env, const std::string& path, Model& model, absl::Time date_saved,
                          const OptimizerState& optimizer) {
  ASSIGN_OR_RETURN(const KerasArchive archive, ToArchive(model, date_saved, optimizer));
  return WriteKerasDirectory(env, path, archive);
}

}  // namespace tricorn::keras
