#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/env.h"
#include "core/keras/serialization/registry.h"

namespace tricorn::keras {

// Loads every *.so of `directory` and adds its classes to `objects`; the names of the files, in
// order. What is loaded stays so until the process ends.
// Errors: NotFound for a directory that is not there; PermissionDenied for one that others than its
// owner may write to, or a file that is; FailedPrecondition, naming the file, for a shared object
// that does not load, is no plugin, or was built for another engine.
absl::StatusOr<std::vector<std::string>> LoadPlugins(Env& env, const std::string& directory,
                                                     Registries& objects);

}  // namespace tricorn::keras
