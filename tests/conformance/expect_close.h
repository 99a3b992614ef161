#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "core/tensor/tensor.h"
#include "tests/conformance/case.h"

namespace tricorn::conformance {

// Whether |got - want| <= atol + rtol |want| everywhere; NaN equals NaN, infinities equal
// themselves. Dtypes may differ (half precision is stored widened), shapes may not. Errors:
// Internal, naming `what` and the worst element.
absl::Status ExpectClose(std::string_view what, const Tensor& got, const Tensor& want, double rtol,
                         double atol);
// The greatest finite magnitude in it.
double Largest(const Tensor& x);

// The unit in the last place of bfloat16, relative.
inline constexpr double kBFloat16Unit = 1.0 / 256;
// How far a value may be where models compute in bfloat16: so many of its units, each of the value
// and of the largest of its array, which is what its terms are like. The README says why these.
struct Roundings {
  double count = 4;
  double scale = 0;  // of an array that is zero but for rounding, because its terms cancel
};
inline constexpr Roundings kForward = {.count = 4};         // through a layer
inline constexpr Roundings kBackward = {.count = 12};       // and back
inline constexpr Roundings kThroughModel = {.count = 8};    // of several layers
inline constexpr Roundings kAfterTraining = {.count = 16};  // dozens of steps

// Against `want`, or the case's array of that name: with the tolerances of the case, and where it
// computes in bfloat16 with these added.
absl::Status ExpectClose(const Case& test, std::string_view what, const Tensor& got,
                         const Tensor& want, const Roundings& roundings);
absl::Status ExpectClose(const Case& test, std::string_view what, const Tensor& got,
                         const Json& want, const Roundings& roundings = kForward);

}  // namespace tricorn::conformance
