#include "core/ops/conv/conv.h"

#include "core/backend/reference/primitive.h"
#include "core/backend/reference/window.h"

namespace tricorn::backend::reference {
namespace {

// Calls f(x index, kernel index, y index) for each product of the convolution.
template <typename F>
void ForEachProduct(const ops::ConvAttrs& a, const Shape& x, const Shape& kernel, const Shape& y,
                    F f) {
  const Window window{std::vector<int64_t>(kernel.begin(), kernel.end() - 2), a.strides,
                      a.padding_low, a.dilation};
  const Flat xs(x), ys(y);
  const int64_t in = xs.channels / a.groups, out = ys.channels / a.groups;
  ForEachTap(window, x, y, [&](int64_t position, int64_t tap, int64_t pixel) {
    if (pixel < 0) return;
    for (int64_t n = 0; n < xs.batch; ++n) {
      for (int64_t o = 0; o < ys.channels; ++o) {
        for (int64_t i = 0; i < in; ++i) {
          f(xs.at(n, pixel, o / out * in + i),
            static_cast<size_t>((tap * in + i) * ys.channels + o), ys.at(n, position, o));
        }
      }
    }
  });
}

absl::Status Conv(const Call& c) {
  const auto &x = c.x(0).values, &kernel = c.x(1).values;
  ForEachProduct(c.attrs<ops::ConvAttrs>(), c.x(0).shape(), c.x(1).shape(), c.y().shape(),
                 [&](size_t i, size_t k, size_t o) { c.y().values[o] += x[i] * kernel[k]; });
  return absl::OkStatus();
}

absl::Status ConvInputGradient(const Call& c) {
  const auto &dy = c.x(0).values, &kernel = c.x(1).values;
  ForEachProduct(c.attrs<ops::ConvGradientAttrs>().conv, c.y().shape(), c.x(1).shape(),
                 c.x(0).shape(),
                 [&](size_t i, size_t k, size_t o) { c.y().values[i] += dy[o] * kernel[k]; });
  return absl::OkStatus();
}

absl::Status ConvKernelGradient(const Call& c) {
  const auto &x = c.x(0).values, &dy = c.x(1).values;
  ForEachProduct(c.attrs<ops::ConvGradientAttrs>().conv, c.x(0).shape(), c.y().shape(),
                 c.x(1).shape(),
                 [&](size_t i, size_t k, size_t o) { c.y().values[k] += dy[o] * x[i]; });
  return absl::OkStatus();
}

}  // namespace

void AddConv(PrimitiveTable& table) {
  table[ops::kConv.name] = Conv;
  table[ops::kConvInputGradient.name] = ConvInputGradient;
  table[ops::kConvKernelGradient.name] = ConvKernelGradient;
}

}  // namespace tricorn::backend::reference
