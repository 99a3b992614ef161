#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "core/base/mutex.h"

namespace tricorn::server {

// Sizes of the uploads that CreateUpload announced since the start. Of more than `max_count` the
// oldest is forgotten: whoever is told so announces it again, as after a restart. Thread-safe.
class Announcements {
 public:
  explicit Announcements(size_t max_count = 10'000) : max_count_(max_count) {}

  void Add(const std::string& sha256, int64_t size);
  // Errors: NotFound.
  absl::StatusOr<int64_t> SizeOf(const std::string& sha256) const;
  void Remove(const std::string& sha256);

 private:
  struct Announced {
    int64_t size = 0;
    int64_t number = 0;
  };

  void Forget(const std::string& sha256) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const size_t max_count_;
  mutable Mutex mu_;
  int64_t last_number_ ABSL_GUARDED_BY(mu_) = 0;
  std::map<std::string, Announced> by_sha256_ ABSL_GUARDED_BY(mu_);
  std::map<int64_t, std::string> by_number_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tricorn::server
