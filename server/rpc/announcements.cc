#include "server/rpc/announcements.h"

#include "core/base/status.h"

namespace tricorn::server {

void Announcements::Add(const std::string& sha256, int64_t size) {
  MutexLock lock(&mu_);
  Forget(sha256);
  if (by_number_.size() == max_count_) Forget(std::string(by_number_.begin()->second));
  by_sha256_[sha256] = {size, ++last_number_};
  by_number_[last_number_] = sha256;
}

absl::StatusOr<int64_t> Announcements::SizeOf(const std::string& sha256) const {
  MutexLock lock(&mu_);
  const auto it = by_sha256_.find(sha256);
  if (it != by_sha256_.end()) return it->second.size;
  return NotFound("uploads/{}: no such upload; CreateUpload announces it (again, after a restart)",
                  sha256);
}

void Announcements::Remove(const std::string& sha256) {
  MutexLock lock(&mu_);
  Forget(sha256);
}

void Announcements::Forget(const std::string& sha256) {
  const auto it = by_sha256_.find(sha256);
  if (it == by_sha256_.end()) return;
  by_number_.erase(it->second.number);
  by_sha256_.erase(it);
}

}  // namespace tricorn::server
