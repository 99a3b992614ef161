#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "core/keras/layers/operation.h"
#include "core/keras/serialization/deserializer.h"

namespace tricorn::keras {

// An entry of a functional model's layers: a layer, or by its module (`keras.src.ops...`) an op of
// keras.ops. Layers and ops share class names: `Add` is either.
absl::StatusOr<std::shared_ptr<Operation>> DeserializeOperation(const Json& json,
                                                                const Deserializer& deserializer);
Json SerializeOperation(const Operation& operation);

}  // namespace tricorn::keras
