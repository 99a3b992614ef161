#include "core/ops/reduce/reduce.h"

#include <cmath>

#include "core/backend/reference/primitive.h"
#include "core/ops/elementwise/scalar.h"

namespace tricorn::backend::reference {
namespace {

// y = fold(y, x) over the elements in row-major order, from `start`.
template <typename F>
absl::Status Fold(const Call& c, double start, F fold) {
  const auto& axes = c.attrs<ops::ReduceAttrs>().axes;
  const std::vector<int64_t> y_strides = c.y().shape().Strides();
  std::vector<int64_t> strides;
  size_t k = 0, kept = 0;
  for (int64_t axis = 0; axis < c.x(0).shape().rank(); ++axis) {
    const bool reduced = k < axes.size() && axes[k] == axis;
    strides.push_back(reduced ? 0 : y_strides[kept]);
    reduced ? ++k : ++kept;
  }
  c.y().values.assign(c.y().values.size(), start);
  const std::vector<int64_t> offsets = Offsets(c.x(0).shape(), strides);
  for (size_t i = 0; i < offsets.size(); ++i) {
    double& y = c.y().values[static_cast<size_t>(offsets[i])];
    y = fold(y, c.x(0).values[i]);
  }
  return absl::OkStatus();
}

absl::Status Sum(const Call& c) {
  return Fold(c, 0, [](double y, double x) { return y + x; });
}
absl::Status Prod(const Call& c) {
  return Fold(c, 1, [](double y, double x) { return y * x; });
}
absl::Status Max(const Call& c) {
  return Fold(c, Extreme(c.x(0).type.dtype, false), ops::scalar::maximum<double>);
}
absl::Status Min(const Call& c) {
  return Fold(c, Extreme(c.x(0).type.dtype, true), ops::scalar::minimum<double>);
}
absl::Status Any(const Call& c) {
  return Fold(c, 0, [](double y, double x) { return static_cast<double>(y != 0 || x != 0); });
}
absl::Status All(const Call& c) {
  return Fold(c, 1, [](double y, double x) { return static_cast<double>(y != 0 && x != 0); });
}

// The runs of x along `axis`: first element, and the step from one to the next.
struct Rows {
  std::vector<int64_t> starts;
  int64_t stride;
  int64_t length;
};
Rows RowsAlong(const Array& x, int64_t axis) {
  const int at = static_cast<int>(axis);
  Shape shape = x.shape();
  const std::vector<int64_t> strides = shape.Strides();
  const int64_t length = shape[at];
  shape[at] = 1;
  return {Offsets(shape, strides), strides[static_cast<size_t>(at)], length};
}

template <typename Beats>
absl::Status ArgReduce(const Call& c, Beats beats) {
  const Rows rows = RowsAlong(c.x(0), c.attrs<ops::ArgReduceAttrs>().axis);
  for (size_t r = 0; r < rows.starts.size(); ++r) {
    const auto at = [&](int64_t i) {
      return c.x(0).values[static_cast<size_t>(rows.starts[r] + i * rows.stride)];
    };
    int64_t best = 0;
    for (int64_t i = 1; i < rows.length && !std::isnan(at(best)); ++i) {
      if (std::isnan(at(i)) || beats(at(i), at(best))) best = i;
    }
    c.y().values[r] = static_cast<double>(best);
  }
  return absl::OkStatus();
}

absl::Status Argmax(const Call& c) { return ArgReduce(c, std::greater<double>()); }
absl::Status Argmin(const Call& c) { return ArgReduce(c, std::less<double>()); }

absl::Status Cumsum(const Call& c) {
  const auto& a = c.attrs<ops::CumulativeAttrs>();
  const Rows rows = RowsAlong(c.x(0), a.axis);
  for (const int64_t start : rows.starts) {
    double sum = 0;
    for (int64_t i = 0; i < rows.length; ++i) {
      const int64_t along = a.reverse ? rows.length - 1 - i : i;
      const auto at = static_cast<size_t>(start + along * rows.stride);
      sum += c.x(0).values[at];
      c.y().values[at] = sum;
    }
  }
  return absl::OkStatus();
}

}  // namespace

void AddReduce(PrimitiveTable& table) {
  table[ops::kSum.name] = Sum;
  table[ops::kProd.name] = Prod;
  table[ops::kMax.name] = Max;
  table[ops::kMin.name] = Min;
  table[ops::kAny.name] = Any;
  table[ops::kAll.name] = All;
  table[ops::kArgmax.name] = Argmax;
  table[ops::kArgmin.name] = Argmin;
  table[ops::kCumsum.name] = Cumsum;
}

}  // namespace tricorn::backend::reference
