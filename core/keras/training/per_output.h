#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/json.h"

namespace tricorn::keras {

// Whether `json` is an object in Keras's serialized form, not a dictionary of several.
bool IsSerializedObject(const Json& json);

// An argument of `compile` cut by output: a single entry is everybody's, a list goes by position, a
// dictionary by output name; null where an output has none.
// Errors: InvalidArgument, naming `argument`, for a list of another length or a key that is no
// output.
absl::StatusOr<std::vector<Json>> PerOutput(const Json& json, std::string_view argument,
                                            const std::vector<std::string>& output_names);

}  // namespace tricorn::keras
