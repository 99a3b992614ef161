#include <numeric>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/image/batch.h"
#include "core/ops/image/image.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// f on a batch; x without the batch axis becomes a batch of one and comes back as one.
template <typename F>
Value OnPatchBatch(Value x, size_t spatial, F&& f) {
  const auto rank = static_cast<int>(spatial) + 2;
  if (x.rank() == rank) return f(x);
  if (x.rank() != rank - 1) {
    return Error(x, InvalidArgument("patches: expected rank {} or {}, received {}", rank - 1, rank,
                                    x.type().ToString()));
  }
  const Value y = f(ExpandDims(x, {0}));
  return y.builder().ok() ? Squeeze(y, {0}) : y;
}

absl::Status ExpectPositive(std::string_view what, const Axes& values, size_t count) {
  if (values.size() != count) {
    return InvalidArgument("{}: expected {} numbers, received {}", what, count, values.size());
  }
  for (const int64_t value : values) {
    if (value < 1)
      return InvalidArgument("{}: expected positive numbers, received {}", what, value);
  }
  return absl::OkStatus();
}

// Where window element j of window i lies: i * stride + j * dilation, (count, size).
Value WindowIndices(Builder& b, int64_t count, int64_t size, int64_t stride, int64_t dilation) {
  return ExpandDims(image::Range(b, DType::kI64, count) * stride, {1}) +
         image::Range(b, DType::kI64, size) * dilation;
}

// (batch, grid, size, grid, size, ..., channels) to (batch, grid..., size..., channels), and back.
Axes PairsApart(size_t spatial) {
  Axes perm = {0};
  for (size_t i = 0; i < spatial; ++i) perm.push_back(static_cast<int64_t>(1 + 2 * i));
  for (size_t i = 0; i < spatial; ++i) perm.push_back(static_cast<int64_t>(2 + 2 * i));
  perm.push_back(static_cast<int64_t>(1 + 2 * spatial));
  return perm;
}
Axes Inverse(const Axes& perm) {
  Axes inverse(perm.size());
  for (size_t i = 0; i < perm.size(); ++i) {
    inverse[static_cast<size_t>(perm[i])] = static_cast<int64_t>(i);
  }
  return inverse;
}

int64_t Product(const Axes& values) {
  return std::accumulate(values.begin(), values.end(), int64_t{1}, std::multiplies<>());
}

Value Extract(Value x, const Axes& size, const Axes& strides, const Axes& dilation,
              Padding padding) {
  const int64_t batch = x.dim(0), channels = x.dim(-1);
  Axes low(size.size() + 2, 0), high = low, grid;
  for (size_t i = 0; i < size.size(); ++i) {
    const int64_t length = x.dim(static_cast<int>(i) + 1);
    const AxisPadding ends = ResolvePadding(padding, length, size[i], strides[i], dilation[i]);
    low[i + 1] = ends.low;
    high[i + 1] = ends.high;
    grid.push_back(WindowedLength(length, size[i], strides[i], ends.low, ends.high, dilation[i]));
    if (grid.back() < 1) {
      return Error(x, InvalidArgument("patches: expected windows within {}, received size {}",
                                      x.type().ToString(), size[i]));
    }
  }
  x = Pad(x, low, high);
  for (size_t i = 0; i < size.size(); ++i) {
    const Value at = WindowIndices(x.builder(), grid[i], size[i], strides[i], dilation[i]);
    x = Take(x, at, static_cast<int64_t>(1 + 2 * i));
  }
  Axes dims = {batch};
  dims.insert(dims.end(), grid.begin(), grid.end());
  dims.push_back(Product(size) * channels);
  return Reshape(Transpose(x, PairsApart(size.size())), Shape(dims));
}

}  // namespace

Value ExtractPatches(Value x, const Axes& size, const Axes& strides, const Axes& dilation,
                     Padding padding) {
  for (const auto& [what, values] :
       {std::pair{"size", &size}, {"strides", &strides}, {"dilation_rate", &dilation}}) {
    const absl::Status status = ExpectPositive(what, *values, size.size());
    if (!status.ok()) return Error(x, status);
  }
  return OnPatchBatch(x, size.size(), [&](Value batch) {
    return Extract(batch, size, strides, dilation, padding);
  });
}

Value ReconstructPatches(Value patches, const Axes& size, const Axes& output_size,
                         Padding padding) {
  for (const auto& [what, values] : {std::pair{"size", &size}, {"output_size", &output_size}}) {
    const absl::Status status = ExpectPositive(what, *values, size.size());
    if (!status.ok()) return Error(patches, status);
  }
  return OnPatchBatch(patches, size.size(), [&](Value x) {
    const int64_t volume = Product(size);
    if (x.dim(-1) % volume != 0) {
      return Error(x,
                   InvalidArgument("patches: expected a multiple of {} numbers in each, received "
                                   "{}",
                                   volume, x.type().ToString()));
    }
    Axes apart = {x.dim(0)}, joined = {x.dim(0)}, begin = {0}, end = {x.dim(0)};
    for (size_t i = 0; i < size.size(); ++i) {
      const int64_t grid = x.dim(static_cast<int>(i) + 1), length = grid * size[i];
      const bool fits = padding == Padding::kValid
                            ? output_size[i] == length
                            : output_size[i] > length - size[i] && output_size[i] <= length;
      if (!fits) {
        return Error(x, InvalidArgument("output_size: expected what {} patches of {} cover, "
                                        "received {}",
                                        grid, size[i], output_size[i]));
      }
      apart.push_back(grid);
      joined.push_back(length);
      begin.push_back((length - output_size[i]) / 2);
      end.push_back(begin.back() + output_size[i]);
    }
    apart.insert(apart.end(), size.begin(), size.end());
    for (Axes* dims : {&apart, &joined, &end}) dims->push_back(x.dim(-1) / volume);
    begin.push_back(0);
    x = Transpose(Reshape(x, Shape(apart)), Inverse(PairsApart(size.size())));
    return Slice(Reshape(x, Shape(joined)), begin, end);
  });
}

}  // namespace tricorn::ops
