#include "core/comm/memory_store.h"

#include "core/base/status.h"

namespace tricorn::comm {

absl::Status MemoryStore::Set(const std::string& key, const std::string& value) {
  MutexLock lock(&mu_);
  const auto [entry, is_new] = values_.emplace(key, value);
  if (!is_new && entry->second != value) return AlreadyExists("{}: set to another value", key);
  changed_.SignalAll();
  return absl::OkStatus();
}

absl::StatusOr<std::string> MemoryStore::Get(const std::string& key, absl::Time deadline) {
  MutexLock lock(&mu_);
  while (true) {
    if (auto entry = values_.find(key); entry != values_.end()) return entry->second;
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError(fmt::format("{}: not set in time", key));
    }
    changed_.WaitWithDeadline(&mu_, deadline);
  }
}

}  // namespace tricorn::comm
