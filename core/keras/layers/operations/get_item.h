#pragma once

#include "absl/status/statusor.h"
#include "core/base/json.h"
#include "core/ir/builder.h"

namespace tricorn::keras {

// x[key] as NumPy's basic indexing: a number, a slice, an ellipsis, null (a new axis) or a list of
// them, in Keras's serialized form ({"class_name": "__slice__", ...}).
// Errors: InvalidArgument for a key that does not fit x; Unimplemented for arrays as indices.
absl::StatusOr<ir::Value> GetItem(ir::Value x, const Json& key);

}  // namespace tricorn::keras
