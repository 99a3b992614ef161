#pragma once

#include <optional>

#include "absl/time/time.h"
#include "core/base/json.h"

namespace tricorn::client {

// "2026-01-31T12:00:00.123Z", or null.
inline Json JsonTime(const std::optional<absl::Time>& time) {
  if (!time) return Json();
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", *time, absl::UTCTimeZone());
}

}  // namespace tricorn::client
