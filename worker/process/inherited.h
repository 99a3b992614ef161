#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tricorn::worker {

// What a child process has from its parent, beside standard error: a file to read, its task, and
// two to write: its last words, which the parent reads once the child has ended, and its status,
// which the parent reads now and then.
inline constexpr int kInputFd = 3;
inline constexpr int kLastWordsFd = 4;
inline constexpr int kStatusFd = 5;

inline constexpr size_t kMaxLastWordsBytes = 64 << 10;
inline constexpr size_t kMaxStatusBytes = 64 << 10;

// The task. FailedPrecondition in a process that no supervisor started.
absl::StatusOr<std::string> ReadInput();
// Replaces the last words; ResourceExhausted beyond kMaxLastWordsBytes.
absl::Status WriteLastWords(std::string_view words);
// Replaces the status; ResourceExhausted beyond kMaxStatusBytes.
absl::Status WriteStatus(std::string_view status);

// The parent's side. A descriptor's content, from offset 0.
absl::StatusOr<std::string> ReadAll(int fd, size_t max_bytes);
// What WriteStatus wrote; empty while it is being replaced.
std::string ReadStatus(int fd);

}  // namespace tricorn::worker
