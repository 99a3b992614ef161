#include "core/keras/layers/pooling/adaptive_windows.h"

#include "core/ops/shape/shape.h"

namespace tricorn::keras {

ir::Value PoolAdaptively(ir::Value x, int axis, int64_t size,
                         ir::Value (*reduce)(ir::Value, const ops::Axes&, bool keepdims)) {
  const int64_t length = x.dim(axis);
  // One node a part: more parts than elements is not what anybody pools for.
  if (size > length) {
    return ops::Error(
        x, InvalidArgument("output_size: expected at most {}, received {}", length, size));
  }
  ir::Values parts;
  for (int64_t i = 0; i < size; ++i) {
    const int64_t start = i * length / size;
    const int64_t limit = ((i + 1) * length + size - 1) / size;
    parts.push_back(reduce(ops::SliceAxis(x, axis, start, limit), {axis}, true));
  }
  return ops::Concatenate(parts, axis);
}

}  // namespace tricorn::keras
