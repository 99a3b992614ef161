#include "core/keras/initializers/initializer.h"

#include <algorithm>
#include <cmath>

#include "core/base/status.h"
#include "tests/conformance/expect_close.h"
#include "tests/conformance/runners.h"

namespace tricorn::conformance {
namespace {

double Mean(const Tensor& t, double (*f)(double)) {
  double sum = 0;
  for (int64_t i = 0; i < t.num_elements(); ++i) sum += f(t.At(i));
  return sum / static_cast<double>(t.num_elements());
}

// Random streams are not to be matched; the moments of one draw are, within five standard errors of
// both draws, as far as the draw's size tells.
absl::Status ExpectAlike(const Tensor& got, const Json& want) {
  const double n = static_cast<double>(got.num_elements());
  const double stddev = want["std"].AsDouble();
  const double slack = 5 * std::sqrt(2 / n);
  const double mean = Mean(got, [](double x) { return x; });
  const double square = Mean(got, [](double x) { return x * x; });
  const double got_std = std::sqrt(std::max(square - mean * mean, 0.0));
  if (std::abs(mean - want["mean"].AsDouble()) > slack * stddev) {
    return Internal("mean: expected {}, received {}", want["mean"].AsDouble(), mean);
  }
  if (std::abs(got_std - stddev) > slack * stddev) {
    return Internal("std: expected {}, received {}", stddev, got_std);
  }
  // Bounded distributions stay within their bounds: that of the other draw, with the same slack.
  const double range = std::max(std::abs(want["min"].AsDouble()), std::abs(want["max"].AsDouble()));
  for (int64_t i = 0; i < got.num_elements(); ++i) {
    if (std::abs(got.At(i)) > range + 2 * stddev) {
      return Internal("element {}: expected within {}, received {}", i, range + 2 * stddev,
                      got.At(i));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RunInitializer(const Case& test, backend::Device&) {
  const keras::Registries none;
  ASSIGN_OR_RETURN(const auto initializer,
                   keras::Deserializer(none).Object<keras::Initializer>(test["initializer"]));
  Shape shape;
  RETURN_IF_ERROR(FromJson(test["shape"], &shape));
  ASSIGN_OR_RETURN(const Tensor got, initializer->Make(shape, DType::kF32, 1));
  if (!test["value"].is_null()) return ExpectClose(test, "value", got, test["value"]);
  if (test["sample_statistics"].is_null()) {
    return Internal("expected a value or sample_statistics in the case");
  }
  return ExpectAlike(got, test["sample_statistics"]);
}

}  // namespace tricorn::conformance
