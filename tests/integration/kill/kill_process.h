#pragma once

#include "absl/status/status.h"

namespace tricorn::tests {

// Kills process `pid`, which runs, with SIGKILL, and waits for its end. It is frozen first: what is
// frozen cannot end by itself, so this kill is what ended it.
// Errors: NotFound if it has ended before; DeadlineExceeded if it does not freeze or end.
absl::Status KillRunningProcess(int pid);

}  // namespace tricorn::tests
