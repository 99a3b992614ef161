#include "tests/conformance/expect_close.h"

#include <algorithm>
#include <cmath>

#include "core/base/status.h"

namespace tricorn::conformance {

double Largest(const Tensor& x) {
  double largest = 0;
  for (int64_t i = 0; i < x.num_elements(); ++i) {
    if (std::isfinite(x.At(i))) largest = std::max(largest, std::abs(x.At(i)));
  }
  return largest;
}

absl::Status ExpectClose(std::string_view what, const Tensor& got, const Tensor& want, double rtol,
                         double atol) {
  if (got.shape() != want.shape()) {
    return Internal("{}: expected shape {}, received {}", what, want.shape().ToString(),
                    got.shape().ToString());
  }
  double worst = 0;
  int64_t at = -1;
  for (int64_t i = 0; i < want.num_elements(); ++i) {
    const double g = got.At(i);
    const double w = want.At(i);
    if (g == w || (std::isnan(g) && std::isnan(w))) continue;
    const double excess = std::abs(g - w) / (atol + rtol * std::abs(w));
    if (std::isnan(excess) || std::isinf(w) || excess > std::max(worst, 1.0)) {
      worst = excess;
      at = i;
      if (std::isnan(excess)) break;
    }
  }
  if (at < 0) return absl::OkStatus();
  return Internal("{}: expected {} at element {}, received {}", what, want.At(at), at, got.At(at));
}

absl::Status ExpectClose(const Case& test, std::string_view what, const Tensor& got,
                         const Tensor& want, const Roundings& roundings) {
  if (test.compute_dtype() == DType::kF32) {
    return ExpectClose(what, got, want, test.rtol(), test.atol());
  }
  const double largest = Largest(want);
  const double scale = largest > test.atol() ? largest : std::max(largest, roundings.scale);
  const double relative = roundings.count * kBFloat16Unit;
  return ExpectClose(what, got, want, test.rtol() + relative, test.atol() + relative * scale);
}

absl::Status ExpectClose(const Case& test, std::string_view what, const Tensor& got,
                         const Json& want, const Roundings& roundings) {
  ASSIGN_OR_RETURN(const Tensor expected, test.Array(want));
  return ExpectClose(test, what, got, expected, roundings);
}

}  // namespace tricorn::conformance
