#include "core/keras/saving/weights_file.h"

#include "core/base/status.h"
#include "core/io/keras_archive.h"
#include "core/io/safetensors.h"
#include "core/keras/saving/legacy_weights.h"
#include "core/keras/saving/optimizer_vars.h"
#include "core/keras/saving/path_weights.h"
#include "core/keras/saving/sharded_weights.h"

namespace tricorn::keras {
namespace {

constexpr double kGib = 1024.0 * 1024 * 1024;

absl::StatusOr<Hdf5Group> WithOptimizer(Model& model, const OptimizerState& optimizer) {
  ASSIGN_OR_RETURN(Hdf5Group weights, WeightsToHdf5(model));
  AddOptimizer(optimizer, weights);
  return weights;
}

absl::StatusOr<LoadedWeights> FromTree(const Hdf5Group& weights, Model& model, Mismatch mismatch) {
  LoadedWeights loaded;
  ASSIGN_OR_RETURN(loaded.optimizer, OptimizerIn(weights));
  ASSIGN_OR_RETURN(loaded.skipped, WeightsFromHdf5(weights, model, mismatch));
  return loaded;
}

absl::StatusOr<LoadedWeights> Read(Env& env, const std::string& path, Model& model,
                                   const LoadWeightsOptions& options) {
  LoadedWeights loaded;
  if (path.ends_with(".keras")) {
    ASSIGN_OR_RETURN(const KerasArchive archive, ReadKerasArchive(env, path));
    return FromTree(archive.weights, model, options.mismatch);
  }
  if (path.ends_with(".weights.json")) {
    ASSIGN_OR_RETURN(const Hdf5Group weights, ReadShards(env, path));
    return FromTree(weights, model, options.mismatch);
  }
  ASSIGN_OR_RETURN(const std::string bytes, env.ReadFile(path));
  if (path.ends_with(".safetensors")) {
    ASSIGN_OR_RETURN(const Safetensors file, ReadSafetensors(bytes));
    ASSIGN_OR_RETURN(loaded.skipped, SetWeightsByPath(file.tensors, model, options.mismatch));
    return loaded;
  }
  if (!path.ends_with(".h5") && !path.ends_with(".hdf5")) {
    return InvalidArgument(
        "expected a file that ends in .weights.h5, .weights.json, .keras, .h5 or .safetensors");
  }
  ASSIGN_OR_RETURN(const Hdf5Group root, ReadHdf5(bytes));
  if (!IsLegacyWeights(root)) return FromTree(root, model, options.mismatch);
  ASSIGN_OR_RETURN(loaded.skipped, options.by_name
                                       ? LegacyWeightsByName(root, model, options.mismatch)
                                       : LegacyWeightsInOrder(root, model, options.mismatch));
  return loaded;
}

absl::Status Write(Env& env, const std::string& path, Model& model,
                   const SaveWeightsOptions& options) {
  if (path.ends_with(".weights.json")) {
    if (!options.max_shard_gib) {
      return InvalidArgument("max_shard_gib: expected a size for shards, received none");
    }
    ASSIGN_OR_RETURN(const Hdf5Group weights, WithOptimizer(model, options.optimizer));
    return WriteShards(env, path, weights, *options.max_shard_gib * kGib);
  }
  if (path.ends_with(".weights.h5")) {
    ASSIGN_OR_RETURN(const Hdf5Group weights, WithOptimizer(model, options.optimizer));
    return WriteKerasWeights(env, path, weights);
  }
  if (path.ends_with(".safetensors")) {
    Safetensors file;
    file.metadata["format"] = "keras";
    ASSIGN_OR_RETURN(file.tensors, WeightsByPath(model));
    ASSIGN_OR_RETURN(const std::string bytes, WriteSafetensors(file));
    return env.WriteFileAtomically(path, bytes);
  }
  if (path.ends_with(".h5") || path.ends_with(".hdf5")) {
    ASSIGN_OR_RETURN(const Hdf5Group weights, LegacyWeights(model));
    return WriteKerasWeights(env, path, weights);
  }
  return InvalidArgument(
      "expected a file that ends in .weights.h5, .weights.json, .h5 or .safetensors");
}

}  // namespace

absl::Status SaveWeights(Env& env, const std::string& path, Model& model,
                         const SaveWeightsOptions& options) {
  return WithSubject(Write(env, path, model, options), path);
}

absl::StatusOr<LoadedWeights> LoadWeights(Env& env, const std::string& path, Model& model,
                                          const LoadWeightsOptions& options) {
  absl::StatusOr<LoadedWeights> loaded = Read(env, path, model, options);
  if (!loaded.ok()) return WithSubject(loaded.status(), path);
  return loaded;
}

}  // namespace tricorn::keras
