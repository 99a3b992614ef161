#include "core/ops/conv/conv.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

absl::Status ExpectPairs(const BlockOptions& o) {
  for (const Axes& pair : {o.kernel_size, o.dilation, o.padding, o.stride}) {
    if (pair.size() != 2) return InvalidArgument("expected two lengths, received {}", pair.size());
  }
  for (size_t i = 0; i < 2; ++i) {
    if (o.kernel_size[i] < 1 || o.dilation[i] < 1 || o.padding[i] < 0 || o.stride[i] < 1) {
      return InvalidArgument("expected positive sizes, rates and strides");
    }
  }
  return absl::OkStatus();
}

// How many blocks fit along axis `i` of `length` elements.
int64_t NumBlocks(int64_t length, const BlockOptions& o, size_t i) {
  return WindowedLength(length, o.kernel_size[i], o.stride[i], o.padding[i], o.padding[i],
                        o.dilation[i]);
}

}  // namespace

Value Unfold(Value x, const BlockOptions& o) {
  absl::Status status = ExpectPairs(o);
  if (status.ok() && x.rank() != 4) {
    status = InvalidArgument("expected (batch, channels, height, width), received {}",
                             x.type().ToString());
  }
  if (!status.ok()) return Error(x, WithSubject(status, "unfold"));
  const int64_t rows = NumBlocks(x.dim(2), o, 0), columns = NumBlocks(x.dim(3), o, 1);
  if (rows < 1 || columns < 1) {
    return Error(x, InvalidArgument("unfold: expected blocks that fit {}", x.type().ToString()));
  }
  const Value padded =
      Pad(x, {0, 0, o.padding[0], o.padding[1]}, {0, 0, o.padding[0], o.padding[1]});
  Values parts;  // one for each place within a block
  for (int64_t i = 0; i < o.kernel_size[0]; ++i) {
    for (int64_t j = 0; j < o.kernel_size[1]; ++j) {
      const int64_t top = i * o.dilation[0], left = j * o.dilation[1];
      parts.push_back(Slice(padded, {0, 0, top, left},
                            {x.dim(0), x.dim(1), top + (rows - 1) * o.stride[0] + 1,
                             left + (columns - 1) * o.stride[1] + 1},
                            {1, 1, o.stride[0], o.stride[1]}));
    }
  }
  return Reshape(Stack(parts, 2),
                 {x.dim(0), x.dim(1) * o.kernel_size[0] * o.kernel_size[1], rows * columns});
}

Value Fold(Value x, const Axes& output_size, const BlockOptions& o) {
  absl::Status status = ExpectPairs(o);
  if (status.ok() && output_size.size() != 2) {
    status = InvalidArgument("output_size: expected (height, width)");
  }
  if (!status.ok()) return Error(x, WithSubject(status, "fold"));
  const int64_t height = output_size[0], width = output_size[1];
  const int64_t rows = NumBlocks(height, o, 0), columns = NumBlocks(width, o, 1);
  const int64_t block = o.kernel_size[0] * o.kernel_size[1];
  if (x.rank() != 3 || x.dim(1) % block != 0 || rows < 1 || columns < 1 ||
      x.dim(2) != rows * columns) {
    return Error(x, InvalidArgument("fold: expected (batch, a multiple of {}, {} blocks), "
                                    "received {}",
                                    block, rows * columns, x.type().ToString()));
  }
  const Value blocks = Reshape(x, {x.dim(0), x.dim(1) / block, block, rows, columns});
  const int64_t full_height = height + 2 * o.padding[0], full_width = width + 2 * o.padding[1];
  Value sum;
  for (int64_t i = 0; i < o.kernel_size[0]; ++i) {
    for (int64_t j = 0; j < o.kernel_size[1]; ++j) {
      const int64_t place = i * o.kernel_size[1] + j;
      const Value part = Squeeze(SliceAxis(blocks, 2, place, place + 1), {2});
      const int64_t top = i * o.dilation[0], left = j * o.dilation[1];
      const int64_t bottom = full_height - top - ((rows - 1) * o.stride[0] + 1);
      const int64_t right = full_width - left - ((columns - 1) * o.stride[1] + 1);
      const Value spread = Pad(part, {0, 0, top, left}, {0, 0, bottom, right},
                               {0, 0, o.stride[0] - 1, o.stride[1] - 1});
      sum = sum ? sum + spread : spread;
    }
  }
  return Slice(sum, {0, 0, o.padding[0], o.padding[1]},
               {x.dim(0), blocks.dim(1), o.padding[0] + height, o.padding[1] + width});
}

}  // namespace tricorn::ops
