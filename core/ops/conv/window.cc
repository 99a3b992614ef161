#include <algorithm>

#include "core/ops/conv/conv.h"

namespace tricorn::ops {

int64_t WindowedLength(int64_t length, int64_t window, int64_t stride, int64_t low, int64_t high,
                       int64_t dilation) {
  const int64_t spread = (window - 1) * dilation + 1;
  const int64_t room = low + length + high - spread;
  return room < 0 ? 0 : room / stride + 1;
}

AxisPadding ResolvePadding(Padding padding, int64_t length, int64_t window, int64_t stride,
                           int64_t dilation) {
  if (padding == Padding::kValid || stride < 1) return {};
  const int64_t spread = (window - 1) * dilation + 1;
  const int64_t result = (length + stride - 1) / stride;
  const int64_t total = std::max<int64_t>((result - 1) * stride + spread - length, 0);
  return {total / 2, total - total / 2};
}

}  // namespace tricorn::ops
