#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tricorn::backend::cuda {

// What measuring found to be best, kept on disk between processes: a number for each question. The
// question says all that the answer depends on, versions and device too.
class ChoiceCache {
 public:
  // In `directory`, made when first needed; nothing is kept when it is empty.
  explicit ChoiceCache(std::string directory) : directory_(std::move(directory)) {}

  std::optional<int64_t> Find(std::string_view question) const;
  void Keep(std::string_view question, int64_t answer) const;

 private:
  std::string PathOf(std::string_view question) const;

  const std::string directory_;
};

}  // namespace tricorn::backend::cuda
