#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace tricorn::client {

struct ModelSummary {
  std::string name;
  std::string table;  // as Keras's Model.summary prints it
  int64_t total_params = 0;
  int64_t trainable_params = 0;
};

// What is in a `.keras` archive or a model's JSON. The file is opened in a process of its own,
// under limits. Errors: NotFound, what the file system says, what the archive's reader says, naming
// it.
absl::StatusOr<ModelSummary> SummarizeModelFile(const std::string& path, int line_length);

}  // namespace tricorn::client
