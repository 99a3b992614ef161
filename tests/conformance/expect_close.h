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
// With the tolerances of the case, against its array `want`.
absl::Status ExpectClose(const Case& test, std::string_view what, const Tensor& got,
                         const Json& want);

}  // namespace tricorn::conformance
