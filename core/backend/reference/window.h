#pragma once

#include "core/backend/reference/array.h"

namespace tricorn::backend::reference {

// A window sliding over the spatial axes of x (batch, spatial..., channels).
struct Window {
  std::vector<int64_t> size;
  std::vector<int64_t> strides;
  std::vector<int64_t> padding_low;
  std::vector<int64_t> dilation;
};

// Calls f(position, tap, pixel) for each output position p, each tap k of the window there, in
// row-major order: all flat indices over the spatial axes, pixel being -1 in the padding.
template <typename F>
void ForEachTap(const Window& window, const Shape& x, const Shape& y, F f) {
  const int n = static_cast<int>(window.size.size());
  const Shape positions(std::vector<int64_t>(y.begin() + 1, y.end() - 1));
  const Shape taps(window.size);
  const auto index = [](const Shape& shape, int64_t flat) {
    std::vector<int64_t> at(static_cast<size_t>(shape.rank()));
    for (int i = shape.rank() - 1; i >= 0; --i) {
      at[static_cast<size_t>(i)] = flat % shape[i];
      flat /= shape[i];
    }
    return at;
  };
  for (int64_t position = 0; position < positions.num_elements(); ++position) {
    const std::vector<int64_t> p = index(positions, position);
    for (int64_t tap = 0; tap < taps.num_elements(); ++tap) {
      const std::vector<int64_t> k = index(taps, tap);
      int64_t pixel = 0;
      for (int i = 0; i < n && pixel >= 0; ++i) {
        const auto s = static_cast<size_t>(i);
        const int64_t at =
            p[s] * window.strides[s] + k[s] * window.dilation[s] - window.padding_low[s];
        pixel = at < 0 || at >= x[i + 1] ? -1 : pixel * x[i + 1] + at;
      }
      f(position, tap, pixel);
    }
  }
}

// The lengths of x (batch, spatial..., channels), the spatial axes as one.
struct Flat {
  int64_t batch;
  int64_t pixels;
  int64_t channels;

  explicit Flat(const Shape& x)
      : batch(x[0]),
        pixels(batch * x[x.rank() - 1] == 0 ? 0 : x.num_elements() / (batch * x[x.rank() - 1])),
        channels(x[x.rank() - 1]) {}
  size_t at(int64_t n, int64_t pixel, int64_t channel) const {
    return static_cast<size_t>((n * pixels + pixel) * channels + channel);
  }
};

}  // namespace tricorn::backend::reference
