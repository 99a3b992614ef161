#include "core/comm/file_store.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/status.h"

namespace tricorn::comm {

FileStore::FileStore(Env& env, std::string directory)
    : env_(env), directory_(std::move(directory)) {}

std::string FileStore::PathOf(std::string key) const {
  std::replace(key.begin(), key.end(), '/', '.');
  return JoinPath(directory_, key);
}

absl::Status FileStore::Set(const std::string& key, const std::string& value) {
  const std::string path = PathOf(key);
  if (env_.Exists(path)) {
    ASSIGN_OR_RETURN(const std::string old, env_.ReadFile(path));
    if (old == value) return absl::OkStatus();
    return AlreadyExists("{}: set to another value", key);
  }
  return env_.WriteFileAtomically(path, value);
}

absl::StatusOr<std::string> FileStore::Get(const std::string& key, absl::Time deadline) {
  const std::string path = PathOf(key);
  while (!env_.Exists(path)) {
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError(fmt::format("{}: not set in time", key));
    }
    absl::SleepFor(absl::Milliseconds(2));
  }
  return env_.ReadFile(path);
}

}  // namespace tricorn::comm
