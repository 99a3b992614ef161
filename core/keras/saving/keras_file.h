#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/env.h"
#include "core/keras/models/model.h"
#include "core/keras/saving/builtin_objects.h"

namespace tricorn::keras {

// The state of a compiled model's optimizer, in the order of Keras's `optimizer.variables`.
struct OptimizerState {
  std::string name;  // "adam"
  std::vector<Tensor> variables;
};

struct LoadedModel {
  std::shared_ptr<Model> model;  // with its compile_config
  OptimizerState optimizer;      // empty if the file has none
};

// Reads a `.keras` archive. `objects` are the classes that it may name.
// Errors: those of ReadKerasArchive, Deserializer and WeightsFromHdf5, naming the layer.
absl::StatusOr<LoadedModel> LoadBytes(std::string_view bytes,
                                      const Registries& objects = BuiltinObjects());
absl::StatusOr<LoadedModel> Load(Env& env, const std::string& path,
                                 const Registries& objects = BuiltinObjects());

// A model by its config.json alone, its variables drawn from their initializers.
absl::StatusOr<std::shared_ptr<Model>> ModelFromJson(const Json& json,
                                                     const Registries& objects = BuiltinObjects());

// The bytes of a `.keras` archive that real Keras opens. Equal models saved at one time give equal
// bytes.
absl::StatusOr<std::string> SaveBytes(Model& model, absl::Time date_saved,
                                      const OptimizerState& optimizer = {});
// A file appears whole or not at all.
absl::Status Save(Env& env, const std::string& path, Model& model, absl::Time date_saved,
                  const OptimizerState& optimizer = {});

// Bare `.weights.h5` files.
absl::Status SaveWeights(Env& env, const std::string& path, Model& model);
absl::Status LoadWeights(Env& env, const std::string& path, Model& model);

}  // namespace tricorn::keras
