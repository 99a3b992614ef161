#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/base/env.h"

namespace tricorn::conformance {

struct Inventory {
  std::string report;
  bool complete = false;  // whether no name marked C is missing
};

// Which public names of Keras this build has: `path` lists them by family (`## layers`, then rows
// `| Dense (= alias) | C | ... |` or lines `- **C** (2): add, silu (= swish)`); what exists is
// asked of the registries. The report lists the names marked C that are missing, and closes with a
// table of "N of M" a family. Errors: those of reading; DataLoss when nothing is marked C.
absl::StatusOr<Inventory> TakeInventory(Env& env, const std::string& path);

}  // namespace tricorn::conformance
