#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/env.h"
#include "core/keras/saving/builtin_objects.h"
#include "core/keras/saving/loaded_model.h"
#include "core/keras/saving/optimizer_state.h"

namespace tricorn::keras {

// Reads a `.keras` archive, the same as a directory, or a `.h5` file with a whole model. `objects`
// are the classes that it may name.
// Errors: those of ReadKerasArchive, Deserializer, WeightsFromHdf5 and FromLegacyHdf5, naming the
// layer.
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
// The bytes of a `.h5` file with a whole model.
absl::StatusOr<std::string> SaveLegacyBytes(const Model& model,
                                            const OptimizerState& optimizer = {});
// As `.keras`, or, where the path ends so, as `.h5`. A file appears whole or not at all.
absl::Status Save(Env& env, const std::string& path, Model& model, absl::Time date_saved,
                  const OptimizerState& optimizer = {});
// The archive as a directory, as Keras's save(zipped=False). Errors: AlreadyExists.
absl::Status SaveUnzipped(Env& env, const std::string& path, Model& model, absl::Time date_saved,
                          const OptimizerState& optimizer = {});

}  // namespace tricorn::keras
