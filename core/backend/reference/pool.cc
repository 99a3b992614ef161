#include "core/ops/pool/pool.h"

#include <cmath>

#include "core/backend/reference/primitive.h"
#include "core/backend/reference/window.h"

namespace tricorn::backend::reference {
namespace {

template <typename Attrs>
Window ToWindow(const Attrs& a) {
  return {a.window, a.strides, a.padding_low, std::vector<int64_t>(a.window.size(), 1)};
}

// For each element of the pooled shape, the index in x of the first maximum of its window.
std::vector<size_t> FirstMaxima(const Array& x, const Shape& pooled, const ops::MaxPoolAttrs& a) {
  const Flat xs(x.shape()), ys(pooled);
  constexpr size_t kNone = static_cast<size_t>(-1);
  std::vector<size_t> best(static_cast<size_t>(pooled.num_elements()), kNone);
  ForEachTap(ToWindow(a), x.shape(), pooled, [&](int64_t position, int64_t, int64_t pixel) {
    if (pixel < 0) return;
    for (int64_t n = 0; n < xs.batch; ++n) {
      for (int64_t k = 0; k < xs.channels; ++k) {
        size_t& at = best[ys.at(n, position, k)];
        const size_t candidate = xs.at(n, pixel, k);
        const bool first = at == kNone;
        const bool beats =
            !first && !std::isnan(x.values[at]) && !(x.values[candidate] <= x.values[at]);
        if (first || beats) at = candidate;
      }
    }
  });
  return best;
}

absl::Status MaxPool(const Call& c) {
  const auto maxima = FirstMaxima(c.x(0), c.y().shape(), c.attrs<ops::MaxPoolAttrs>());
  for (size_t i = 0; i < maxima.size(); ++i) c.y().values[i] = c.x(0).values[maxima[i]];
  return absl::OkStatus();
}

absl::Status MaxPoolGradient(const Call& c) {
  const auto maxima = FirstMaxima(c.x(0), c.x(1).shape(), c.attrs<ops::MaxPoolAttrs>());
  for (size_t i = 0; i < maxima.size(); ++i) c.y().values[maxima[i]] += c.x(1).values[i];
  return absl::OkStatus();
}

absl::Status MaxPoolTake(const Call& c) {
  const auto maxima = FirstMaxima(c.x(0), c.y().shape(), c.attrs<ops::MaxPoolAttrs>());
  for (size_t i = 0; i < maxima.size(); ++i) c.y().values[i] = c.x(1).values[maxima[i]];
  return absl::OkStatus();
}

// Calls f(x index, y index, 1 / divisor) for each element of each window.
template <typename F>
void ForEachShare(const ops::AvgPoolAttrs& a, const Shape& x, const Shape& y, F f) {
  const Flat xs(x), ys(y);
  std::vector<double> counts(static_cast<size_t>(ys.pixels), 0);
  ForEachTap(ToWindow(a), x, y, [&](int64_t position, int64_t, int64_t pixel) {
    if (pixel >= 0 || a.count_padding) counts[static_cast<size_t>(position)] += 1;
  });
  ForEachTap(ToWindow(a), x, y, [&](int64_t position, int64_t, int64_t pixel) {
    if (pixel < 0) return;
    for (int64_t n = 0; n < xs.batch; ++n) {
      for (int64_t k = 0; k < xs.channels; ++k) {
        f(xs.at(n, pixel, k), ys.at(n, position, k), 1 / counts[static_cast<size_t>(position)]);
      }
    }
  });
}

absl::Status AvgPool(const Call& c) {
  ForEachShare(c.attrs<ops::AvgPoolAttrs>(), c.x(0).shape(), c.y().shape(),
               [&](size_t i, size_t o, double s) { c.y().values[o] += c.x(0).values[i] * s; });
  return absl::OkStatus();
}

absl::Status AvgPoolGradient(const Call& c) {
  ForEachShare(c.attrs<ops::AvgPoolGradientAttrs>().pool, c.y().shape(), c.x(0).shape(),
               [&](size_t i, size_t o, double s) { c.y().values[i] += c.x(0).values[o] * s; });
  return absl::OkStatus();
}

}  // namespace

void AddPool(PrimitiveTable& table) {
  table[ops::kMaxPool.name] = MaxPool;
  table[ops::kMaxPoolGradient.name] = MaxPoolGradient;
  table[ops::kMaxPoolTake.name] = MaxPoolTake;
  table[ops::kAvgPool.name] = AvgPool;
  table[ops::kAvgPoolGradient.name] = AvgPoolGradient;
}

}  // namespace tricorn::backend::reference
