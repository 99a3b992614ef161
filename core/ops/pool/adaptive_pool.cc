#include "core/ops/pool/pool.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

using Reduce = Value (*)(Value, const Axes&, bool keepdims);

Value Pool(Value x, int64_t axis, int64_t size, Reduce reduce) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  const int64_t length = x.dim(static_cast<int>(axis));
  // One node a part: more parts than elements is not what anybody pools for.
  if (size < 1 || size > length) {
    return Error(x, InvalidArgument("output_size: expected 1 to {}, received {}", length, size));
  }
  if (length % size == 0) {
    std::vector<int64_t> shape = x.shape().dims();
    shape[static_cast<size_t>(axis)] = size;
    shape.insert(shape.begin() + axis + 1, length / size);
    return reduce(Reshape(x, Shape(std::move(shape))), {axis + 1}, false);
  }
  Values parts;
  for (int64_t i = 0; i < size; ++i) {
    const int64_t start = i * length / size;
    const int64_t limit = ((i + 1) * length + size - 1) / size;
    parts.push_back(reduce(SliceAxis(x, axis, start, limit), {axis}, true));
  }
  return Concatenate(parts, axis);
}

}  // namespace

Value AdaptiveAveragePool(Value x, int64_t axis, int64_t size) { return Pool(x, axis, size, Mean); }
Value AdaptiveMaxPool(Value x, int64_t axis, int64_t size) { return Pool(x, axis, size, Max); }

}  // namespace tricorn::ops
