#pragma once

#include <map>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/json.h"
#include "core/ir/builder.h"

namespace tricorn::keras {

using ActivationFunction = absl::StatusOr<ir::Value> (*)(ir::Value x, const Json& arguments);

// Every function of keras.activations, by name and alias.
const std::map<std::string_view, ActivationFunction>& ActivationTable();

}  // namespace tricorn::keras
