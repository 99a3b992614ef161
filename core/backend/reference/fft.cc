#include "core/ops/fft/fft.h"

#include <cmath>
#include <numbers>

#include "core/backend/reference/primitive.h"

namespace tricorn::backend::reference {
namespace {

absl::Status Fft(const Call& c) {
  const Shape& shape = c.x(0).shape();
  const auto n = static_cast<size_t>(shape[shape.rank() - 1]);
  const double sign = c.attrs<ops::FftAttrs>().inverse ? 1 : -1;
  for (size_t row = 0; row + n <= c.x(0).values.size() && n > 0; row += n) {
    for (size_t k = 0; k < n; ++k) {
      double re = 0, im = 0;
      for (size_t i = 0; i < n; ++i) {
        const double turns = static_cast<double>(k * i % n) / static_cast<double>(n);
        const double angle = sign * 2 * std::numbers::pi * turns;
        const double a = c.x(0).values[row + i], b = c.x(1).values[row + i];
        re += a * std::cos(angle) - b * std::sin(angle);
        im += a * std::sin(angle) + b * std::cos(angle);
      }
      c.results[0].values[row + k] = re;
      c.results[1].values[row + k] = im;
    }
  }
  return absl::OkStatus();
}

}  // namespace

void AddFft(PrimitiveTable& table) { table[ops::kFft.name] = Fft; }

}  // namespace tricorn::backend::reference
