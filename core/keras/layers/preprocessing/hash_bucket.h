#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "core/base/json_fields.h"

namespace tricorn::keras {

// The key of a keyed hash: one number, which counts twice, or a list of two. None: no key.
class HashSalt {
 public:
  HashSalt() = default;
  HashSalt(uint64_t salt) : salt_({salt, salt}) {}  // NOLINT
  HashSalt(uint64_t first, uint64_t second) : salt_({first, second}) {}

  explicit operator bool() const { return salt_.has_value(); }
  // Which of `buckets` a text falls into: by SipHash under the key, else by FarmHash.
  int64_t Bucket(std::string_view text, int64_t buckets) const;

  friend bool operator==(const HashSalt&, const HashSalt&) = default;
  friend Json ToJson(const HashSalt& salt);
  friend absl::Status FromJson(const Json& json, HashSalt* out);

 private:
  std::optional<std::array<uint64_t, 2>> salt_;
};

}  // namespace tricorn::keras
