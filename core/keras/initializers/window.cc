#include "core/keras/initializers/window.h"

#include <cmath>
#include <numbers>

#include "core/base/status.h"

namespace tricorn::keras {
namespace {

constexpr double kPi = std::numbers::pi;

struct CosineSum {
  std::string_view name;
  std::vector<double> coefficients;
};

// sum_k coefficients[k] cos(k t), t from -pi to pi over the window.
const CosineSum kCosineSums[] = {
    {"hann", {0.5, 0.5}},
    {"hamming", {0.54, 0.46}},
    {"blackman", {0.42, 0.5, 0.08}},
    {"nuttall", {0.3635819, 0.4891775, 0.1365995, 0.0106411}},
    {"blackmanharris", {0.35875, 0.48829, 0.14128, 0.01168}},
    {"flattop", {0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368}},
};

double SumOfCosines(const std::vector<double>& coefficients, double t) {
  double sum = 0;
  for (size_t k = 0; k < coefficients.size(); ++k) {
    sum += coefficients[k] * std::cos(static_cast<double>(k) * t);
  }
  return sum;
}

// Point i of a symmetric window of n > 1.
absl::StatusOr<double> Point(std::string_view name, double i, double n) {
  for (const CosineSum& sum : kCosineSums) {
    if (sum.name == name) return SumOfCosines(sum.coefficients, 2 * kPi * i / (n - 1) - kPi);
  }
  if (name == "boxcar") return 1;
  if (name == "bartlett") return 1 - std::abs(2 * i / (n - 1) - 1);
  if (name == "cosine") return std::sin(kPi / n * (i + 0.5));
  if (name == "triang") {
    const bool odd = std::fmod(n, 2) == 1;
    return 1 - std::abs(2 * i - (n - 1)) / (odd ? n + 1 : n);
  }
  return InvalidArgument("window: expected the name of a window function, received '{}'", name);
}

}  // namespace

absl::StatusOr<std::vector<double>> Window(std::string_view name, int64_t length, bool periodic) {
  constexpr int64_t kLongest = int64_t{1} << 30;
  if (length < 0 || length > kLongest) {
    return InvalidArgument("window: expected a length within [0, {}], received {}", kLongest,
                           length);
  }
  RETURN_IF_ERROR(Point(name, 0, 2).status());
  if (length == 1) return std::vector<double>{1};
  const auto points = static_cast<double>(length + (periodic ? 1 : 0));
  std::vector<double> window;
  for (int64_t i = 0; i < length; ++i) {
    ASSIGN_OR_RETURN(const double value, Point(name, static_cast<double>(i), points));
    window.push_back(value);
  }
  return window;
}

}  // namespace tricorn::keras
