#pragma once

#include <string>

#include "absl/status/status.h"
#include "core/io/keras_archive.h"

namespace tricorn {

// The members of a `.keras` archive as files of a directory, which Keras's save(zipped=False)
// makes.

bool IsKerasDirectory(Env& env, const std::string& path);
// Errors: those of ReadKerasArchive.
absl::StatusOr<KerasArchive> ReadKerasDirectory(Env& env, const std::string& path);
// The directory appears whole or not at all. Errors: AlreadyExists.
absl::Status WriteKerasDirectory(Env& env, const std::string& path, const KerasArchive& archive);

}  // namespace tricorn
