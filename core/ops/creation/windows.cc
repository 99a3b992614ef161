#include <cmath>
#include <numbers>

#include "core/ops/creation/creation.h"

namespace tricorn::ops {
namespace {

// The modified Bessel function of order 0 by its series.
double BesselI0(double x) {
  double term = 1, sum = 1;
  for (int k = 1; term > sum * 1e-17; ++k) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

// sum of (-1)^j a_j cos(2 pi j t), t from 0 to 1.
std::vector<double> Cosines(int64_t length, std::initializer_list<double> terms) {
  std::vector<double> window;
  for (int64_t i = 0; i < length; ++i) {
    const double t = length == 1 ? 0.5 : static_cast<double>(i) / static_cast<double>(length - 1);
    double value = 0, sign = 1, j = 0;
    for (const double a : terms) {
      value += sign * a * std::cos(2 * std::numbers::pi * j++ * t);
      sign = -sign;
    }
    window.push_back(value);
  }
  return window;
}

}  // namespace

absl::StatusOr<std::vector<double>> Window(std::string_view name, int64_t length, bool periodic) {
  if (length < 0) return InvalidArgument("{}: expected a length >= 0, received {}", name, length);
  const int64_t symmetric = periodic && length > 1 ? length + 1 : length;
  std::vector<double> window;
  if (name == "hann" || name == "hanning") {
    window = Cosines(symmetric, {0.5, 0.5});
  } else if (name == "hamming") {
    window = Cosines(symmetric, {0.54, 0.46});
  } else if (name == "blackman") {
    window = Cosines(symmetric, {0.42, 0.5, 0.08});
  } else if (name == "bartlett") {
    for (int64_t i = 0; i < symmetric; ++i) {
      const double half = static_cast<double>(symmetric - 1) / 2;
      window.push_back(symmetric == 1 ? 1 : 1 - std::abs(static_cast<double>(i) - half) / half);
    }
  } else {
    return InvalidArgument("window: expected bartlett, blackman, hamming or hann, received '{}'",
                           name);
  }
  window.resize(static_cast<size_t>(length));
  return window;
}

std::vector<double> KaiserWindow(int64_t length, double beta) {
  std::vector<double> window;
  for (int64_t i = 0; i < length; ++i) {
    const double half = static_cast<double>(length - 1) / 2;
    const double t = length == 1 ? 0 : (static_cast<double>(i) - half) / half;
    window.push_back(BesselI0(beta * std::sqrt(std::max(1 - t * t, 0.0))) / BesselI0(beta));
  }
  return window;
}

}  // namespace tricorn::ops
