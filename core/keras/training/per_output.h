#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/json.h"
#include "core/keras/layers/nest.h"

namespace tricorn::keras {

// Whether `json` is an object in Keras's serialized form, not a dictionary of several.
bool IsSerializedObject(const Json& json);

// An argument of `compile` cut by output, where `names` are the outputs' names in their structure:
// a single entry is everybody's, a list goes by position, a dictionary by output name; where
// outputs are nested, entries are nested as they are. Null where an output has none. Errors:
// InvalidArgument, naming `argument`, for a list of another length or a key that is no output.
absl::StatusOr<std::vector<Json>> PerOutput(const Json& json, std::string_view argument,
                                            const Nest<std::string>& names);

// What Keras calls the outputs' losses: their places in the structure, "p/a" or "1/b", where the
// name of an output takes the place of a last index.
std::vector<std::string> LossNames(const Nest<std::string>& names);

}  // namespace tricorn::keras
