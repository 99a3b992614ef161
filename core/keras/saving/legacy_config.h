#pragma once

#include "absl/status/statusor.h"
#include "core/base/json.h"

// The JSON of models in `.h5` files, which is Keras 2's: {"class_name", "config"} without modules,
// and Keras 2's names of some arguments.

namespace tricorn::keras {

// The form that Deserializer reads. Arguments that Keras 3 has dropped because they change nothing
// are left out. Errors: InvalidArgument for JSON of another form.
absl::StatusOr<Json> FromLegacyModelConfig(const Json& config);
// training_config to a compile config.
Json FromLegacyTrainingConfig(const Json& config);

// The other way, as Keras 3 writes `.h5` files.
Json ToLegacyModelConfig(const Json& serialized);
Json ToLegacyTrainingConfig(const Json& compile_config);

}  // namespace tricorn::keras
