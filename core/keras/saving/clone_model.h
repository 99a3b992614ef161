#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/keras/models/model.h"
#include "core/keras/saving/builtin_objects.h"

namespace tricorn::keras {

// Keras's arguments of clone_model.
struct CloneOptions {
  // The layer that stands in for a given one, an InputLayer aside; null: one of the same config.
  // Each layer is asked for once, however often it is called.
  std::function<absl::StatusOr<std::shared_ptr<Layer>>(Layer& layer)> clone_function = nullptr;
  // What a call of the stand-in gives, of Functional models; null: the call itself.
  std::function<absl::StatusOr<std::vector<KerasTensor>>(Operation& operation,
                                                         const CallArguments<KerasTensor>&)>
      call_function = nullptr;
  // In place of the model's inputs, tensors of Input(); empty: inputs of the same types.
  std::vector<KerasTensor> input_tensors = {};
  // Models inside are cloned layer by layer too, by the same functions.
  bool recursive = false;
};

// A model of the same layers with weights of its own, freshly drawn; not compiled.
// Errors: InvalidArgument for functions and tensors with a model that is neither Sequential nor
// Functional, and for a number of tensors other than the model's; those of the layers.
absl::StatusOr<std::shared_ptr<Model>> CloneModel(Model& model, const CloneOptions& options = {},
                                                  const Registries& objects = BuiltinObjects());

}  // namespace tricorn::keras
