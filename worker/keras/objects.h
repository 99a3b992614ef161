#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/keras/serialization/registry.h"

namespace tricorn::worker {

// The engine's own classes and, unless `plugin_directory` is empty, those of its shared objects.
// Errors: those of LoadPlugins.
absl::StatusOr<keras::Registries> ObjectsWithPlugins(const std::string& plugin_directory);

}  // namespace tricorn::worker
