#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/base/json.h"

namespace tricorn::cli {

// "EarlyStopping:monitor=val_loss,patience=3", or the JSON {"class_name": ..., "config": {...}}, as
// that JSON. Values are JSON, or else text.
// Errors: InvalidArgument showing the forms.
absl::StatusOr<Json> ParseCallback(const std::string& argument);

}  // namespace tricorn::cli
