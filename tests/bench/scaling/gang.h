#pragma once

#include "absl/status/statusor.h"
#include "tests/bench/scaling/rank.h"

namespace tricorn::bench {

// Runs MeasureRank in a process for each rank; what rank 0 measured. Errors: the first of any rank,
// whose number it names; the others are ended then.
absl::StatusOr<Measured> MeasureGang(const GangOptions& options);

}  // namespace tricorn::bench
