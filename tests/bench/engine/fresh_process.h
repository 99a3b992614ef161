#pragma once

#include <string>

#include "absl/status/status.h"
#include "tests/bench/engine/options.h"

namespace tricorn::bench {

// Runs this program again for one workload, which so starts from nothing and breaks nothing but
// itself. Errors: Internal when the process fails.
absl::Status MeasureInFreshProcess(const std::string& workload, const Options& options);

}  // namespace tricorn::bench
