#include "core/ops/gather/gather.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/backend/reference/primitive.h"
#include "core/ops/elementwise/scalar.h"

namespace tricorn::backend::reference {
namespace {

// Calls f(x index or -1, position in the taken array) in the order of the taken array.
template <typename F>
void ForEachTaken(const Array& x, const Array& indices, int64_t axis, F f) {
  const std::vector<int64_t>& dims = x.shape().dims();
  const auto product = [](auto begin, auto end) {
    return std::accumulate(begin, end, int64_t{1}, std::multiplies<>());
  };
  const int64_t outer = product(dims.begin(), dims.begin() + axis);
  const int64_t length = dims[static_cast<size_t>(axis)];
  const int64_t inner = product(dims.begin() + axis + 1, dims.end());
  size_t position = 0;
  for (int64_t o = 0; o < outer; ++o) {
    for (const double index : indices.values) {
      const bool inside = index >= 0 && index < static_cast<double>(length);
      for (int64_t i = 0; i < inner; ++i) {
        const int64_t at = (o * length + static_cast<int64_t>(index)) * inner + i;
        f(inside ? at : -1, position++);
      }
    }
  }
}

absl::Status Take(const Call& c) {
  const double missing =
      IsFloating(c.y().type.dtype) ? std::numeric_limits<double>::quiet_NaN() : 0;
  ForEachTaken(c.x(0), c.x(1), c.attrs<ops::TakeAttrs>().axis, [&](int64_t at, size_t position) {
    c.y().values[position] = at < 0 ? missing : c.x(0).values[static_cast<size_t>(at)];
  });
  return absl::OkStatus();
}

absl::Status ScatterAdd(const Call& c) {
  c.y().values = c.x(0).values;
  ForEachTaken(c.x(0), c.x(1), c.attrs<ops::TakeAttrs>().axis, [&](int64_t at, size_t position) {
    if (at >= 0) c.y().values[static_cast<size_t>(at)] += c.x(2).values[position];
  });
  return absl::OkStatus();
}

// NaN counts as the greatest number.
bool Before(double a, double b) { return a < b || (std::isnan(b) && !std::isnan(a)); }

absl::Status Argsort(const Call& c) {
  const auto& a = c.attrs<ops::SortAttrs>();
  const Array& x = c.x(0);
  Shape shape = x.shape();
  const std::vector<int64_t> strides = shape.Strides();
  const int64_t stride = strides[static_cast<size_t>(a.axis)];
  const int64_t length = std::exchange(shape[static_cast<int>(a.axis)], 1);
  std::vector<int64_t> order(static_cast<size_t>(length));
  for (const int64_t start : Offsets(shape, strides)) {
    std::iota(order.begin(), order.end(), 0);
    const auto at = [&](int64_t i) { return x.values[static_cast<size_t>(start + i * stride)]; };
    std::stable_sort(order.begin(), order.end(), [&](int64_t i, int64_t j) {
      return a.descending ? Before(at(j), at(i)) : Before(at(i), at(j));
    });
    for (int64_t i = 0; i < length; ++i) {
      c.y().values[static_cast<size_t>(start + i * stride)] =
          static_cast<double>(order[static_cast<size_t>(i)]);
    }
  }
  return absl::OkStatus();
}

// y joined with each element of data whose id is its segment.
absl::Status Segments(const Call& c, double identity, double (*join)(double, double)) {
  std::fill(c.y().values.begin(), c.y().values.end(), identity);
  const auto num_segments = static_cast<double>(c.y().shape()[0]);
  const size_t count = c.x(1).values.size();
  const size_t inner = count == 0 ? 0 : c.x(0).values.size() / count;
  for (size_t i = 0; i < count; ++i) {
    const double id = c.x(1).values[i];
    if (id < 0 || id >= num_segments) continue;
    for (size_t k = 0; k < inner; ++k) {
      double& y = c.y().values[static_cast<size_t>(id) * inner + k];
      y = join(y, c.x(0).values[i * inner + k]);
    }
  }
  return absl::OkStatus();
}

absl::Status SegmentMax(const Call& c) {
  return Segments(c, Extreme(c.x(0).type.dtype, false), ops::scalar::maximum<double>);
}
absl::Status SegmentMin(const Call& c) {
  return Segments(c, Extreme(c.x(0).type.dtype, true), ops::scalar::minimum<double>);
}
absl::Status SegmentProd(const Call& c) { return Segments(c, 1, ops::scalar::multiply<double>); }

}  // namespace

void AddGather(PrimitiveTable& table) {
  table[ops::kTake.name] = Take;
  table[ops::kScatterAdd.name] = ScatterAdd;
  table[ops::kArgsort.name] = Argsort;
  table[ops::kSegmentMax.name] = SegmentMax;
  table[ops::kSegmentMin.name] = SegmentMin;
  table[ops::kSegmentProd.name] = SegmentProd;
}

}  // namespace tricorn::backend::reference
