#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/env.h"
#include "core/keras/models/model.h"
#include "core/keras/saving/optimizer_state.h"
#include "core/keras/saving/weights.h"

namespace tricorn::keras {

struct SaveWeightsOptions {
  OptimizerState optimizer = {};                       // saved along when there is one
  std::optional<double> max_shard_gib = std::nullopt;  // of each file of a `.weights.json`
};

// Keras's `save_weights`. The path's end says in which form:
//   .weights.h5     one HDF5 file
//   .weights.json   a map and shards beside it, BASE_00000.weights.h5, ..., of at most
//                   max_shard_gib, which is required
//   .h5             Keras 2's form, without the optimizer
//   .safetensors    tensors by the variables' paths, without the optimizer
// Files appear whole or not at all.
// Errors: InvalidArgument for another end, and for a variable that is larger than a shard.
absl::Status SaveWeights(Env& env, const std::string& path, Model& model,
                         const SaveWeightsOptions& options = {});

struct LoadWeightsOptions {
  Mismatch mismatch = Mismatch::kRefuse;
  bool by_name = false;  // of Keras 2's form: by layer name, not by order
};

struct LoadedWeights {
  OptimizerState optimizer;          // empty if the file has none
  std::vector<std::string> skipped;  // what did not fit, and why
};

// Keras's `load_weights`: sets the variables of a built model from a file of the forms above, or
// from a `.keras` archive. Nothing is set when anything is wrong.
// Errors: InvalidArgument naming the layer or variable, expected and received; those of the format.
absl::StatusOr<LoadedWeights> LoadWeights(Env& env, const std::string& path, Model& model,
                                          const LoadWeightsOptions& options = {});

}  // namespace tricorn::keras
