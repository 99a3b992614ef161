#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

namespace tricorn::backend::cuda {

// What measuring found to be best, kept on disk between processes: a number for each question. The
// question says all that the answer depends on, versions and device too. Safe from several threads
// and processes.
class ChoiceCache {
 public:
  // In `directory`, made when first needed; when it is empty, or cannot be written, as long as
  // this.
  explicit ChoiceCache(std::string directory) : directory_(std::move(directory)) {}

  std::optional<int64_t> Find(std::string_view question) const;
  // An answer that is there already stays: Find afterwards.
  void Keep(std::string_view question, int64_t answer) const;

 private:
  std::string PathOf(std::string_view question) const;
  std::optional<int64_t> Read(std::string_view question) const;

  const std::string directory_;
  mutable absl::Mutex mu_;
  mutable absl::flat_hash_map<std::string, int64_t> answers_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tricorn::backend::cuda
