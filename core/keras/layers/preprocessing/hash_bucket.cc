#include "core/keras/layers/preprocessing/hash_bucket.h"

#include "core/base/fingerprint.h"

namespace tricorn::keras {

int64_t HashSalt::Bucket(std::string_view text, int64_t buckets) const {
  const uint64_t hash = salt_ ? SipHash(*salt_, text) : Fingerprint64(text);
  return static_cast<int64_t>(hash % static_cast<uint64_t>(buckets));
}

Json ToJson(const HashSalt& salt) {
  if (!salt.salt_) return nullptr;
  return Json::MakeArray({(*salt.salt_)[0], (*salt.salt_)[1]});
}

absl::Status FromJson(const Json& json, HashSalt* out) {
  const bool pair = json.is_array() && json.size() == 2 && json.AsArray()[0].is_int() &&
                    json.AsArray()[1].is_int();
  if (json.is_null()) {
    *out = HashSalt();
  } else if (json.is_int()) {
    *out = HashSalt(static_cast<uint64_t>(json.AsInt()));
  } else if (pair) {
    *out = HashSalt(static_cast<uint64_t>(json.AsArray()[0].AsInt()),
                    static_cast<uint64_t>(json.AsArray()[1].AsInt()));
  } else {
    return WrongKind("an integer or a list of two", json);
  }
  return absl::OkStatus();
}

}  // namespace tricorn::keras
