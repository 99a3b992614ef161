#pragma once

#include <cstdint>
#include <optional>

#include "core/base/json_fields.h"

namespace tricorn::keras {

// Keras's save_freq: at the end of each epoch, or every so many steps, whatever the epoch.
class SaveFreq {
 public:
  SaveFreq() = default;                       // "epoch"
  SaveFreq(int64_t steps) : steps_(steps) {}  // NOLINT

  bool every_epoch() const { return !steps_; }
  bool ok() const { return steps_.value_or(1) > 0; }
  // After a step: whether it is one to save after.
  bool Count(int64_t& steps_since) const {
    if (!steps_ || ++steps_since < *steps_) return false;
    steps_since = 0;
    return true;
  }

  friend bool operator==(const SaveFreq&, const SaveFreq&) = default;
  friend Json ToJson(const SaveFreq& freq) {
    return freq.steps_ ? Json(*freq.steps_) : Json("epoch");
  }
  friend absl::Status FromJson(const Json& json, SaveFreq* out) {
    if (json == Json("epoch")) {
      *out = SaveFreq();
      return absl::OkStatus();
    }
    int64_t steps = 0;
    RETURN_IF_ERROR(tricorn::FromJson(json, &steps));
    *out = SaveFreq(steps);
    return absl::OkStatus();
  }

 private:
  std::optional<int64_t> steps_;
};

}  // namespace tricorn::keras
