#pragma once

#include "absl/status/statusor.h"
#include "core/io/hdf5/hdf5.h"
#include "core/keras/saving/loaded_model.h"
#include "core/keras/serialization/registry.h"

namespace tricorn::keras {

// A whole model in a `.h5` file, as Keras 2, tf.keras and Keras 3's `save("m.h5")` write it:
// attributes model_config and training_config, groups model_weights and optimizer_weights.
// Errors: those of Deserializer and LegacyWeightsInOrder; InvalidArgument without model_config.
absl::StatusOr<LoadedModel> FromLegacyHdf5(const Hdf5Group& root, const Registries& objects);

// What real Keras opens again. Errors: FailedPrecondition for a weight without a value.
absl::StatusOr<Hdf5Group> ToLegacyHdf5(const Model& model, const OptimizerState& optimizer);

}  // namespace tricorn::keras
