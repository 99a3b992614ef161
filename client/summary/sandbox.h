#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace tricorn::client {

struct SandboxLimits {
  int64_t memory_bytes = int64_t{8} << 30;  // of data
  absl::Duration time = absl::Seconds(60);
};

// Runs `work` in a forked child process under limits and returns what it returned: whatever foreign
// bytes do to the child, this process goes on. Call it while no other thread holds a lock.
// Errors: those of `work`; DataLoss when the child died or outgrew its memory, DeadlineExceeded
// when it took too long. Messages begin with `subject`.
absl::StatusOr<std::string> RunSandboxed(const std::string& subject, const SandboxLimits& limits,
                                         const std::function<absl::StatusOr<std::string>()>& work);

}  // namespace tricorn::client
