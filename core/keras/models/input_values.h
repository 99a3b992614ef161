#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "core/keras/layers/call_context.h"
#include "core/keras/layers/keras_tensor.h"

namespace tricorn::keras {

// What a caller feeds as the flat inputs of a model: dictionaries by the inputs' names, cast to the
// declared dtypes, with a last axis of length one added or dropped where that is all that is amiss.
// Errors: InvalidArgument naming the input, its declared shape and the one received.
absl::StatusOr<ir::Values> InputValues(CallContext& context, const std::vector<KerasTensor>& inputs,
                                       const Nest<ir::Value>& fed);

}  // namespace tricorn::keras
