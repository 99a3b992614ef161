#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace tricorn::comm {

// A string equal for two processes if and only if they can share memory as core/comm/shm needs:
// one boot of one kernel, one pid namespace, one network namespace (so that containers, and the
// namespaces of a test, count as hosts of their own) and one user.
absl::StatusOr<std::string> LocalHostId();

}  // namespace tricorn::comm
