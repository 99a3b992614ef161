#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "core/base/json.h"
#include "core/keras/models/model.h"
#include "core/keras/saving/optimizer_state.h"
#include "core/keras/serialization/registry.h"

namespace tricorn::keras {

struct LoadedModel {
  std::shared_ptr<Model> model;  // with its compile_config
  OptimizerState optimizer;      // empty if the file has none
};

// The model that a serialized object describes, built where it says how, without values.
// Errors: those of Deserializer; InvalidArgument for a layer that is no model.
absl::StatusOr<std::shared_ptr<Model>> DescribeModel(const Json& json, const Registries& objects);

}  // namespace tricorn::keras
