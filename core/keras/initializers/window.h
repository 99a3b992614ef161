#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace tricorn::keras {

// A window function of signal processing at `length` points: symmetric, or one period of it.
//   boxcar, bartlett, cosine, triang; sums of cosines: hann, hamming, blackman, nuttall,
//   blackmanharris, flattop
// Errors: InvalidArgument for another name. Source: SciPy `signal.get_window`.
absl::StatusOr<std::vector<double>> Window(std::string_view name, int64_t length, bool periodic);

}  // namespace tricorn::keras
