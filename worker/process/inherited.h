#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tricorn::worker {

// What a child process has from its parent, beside standard error: a file to read, its task, and a
// file to write, its last words, which the parent reads once the child has ended.
inline constexpr int kInputFd = 3;
inline constexpr int kLastWordsFd = 4;

inline constexpr size_t kMaxLastWordsBytes = 64 << 10;

// The task. FailedPrecondition in a process that no supervisor started.
absl::StatusOr<std::string> ReadInput();
// Replaces the last words; ResourceExhausted beyond kMaxLastWordsBytes.
absl::Status WriteLastWords(std::string_view words);

// The descriptors' content, from offset 0.
absl::StatusOr<std::string> ReadAll(int fd, size_t max_bytes);

}  // namespace tricorn::worker
