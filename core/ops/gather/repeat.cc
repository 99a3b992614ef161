#include "core/ops/gather/repeat.h"

#include "core/ops/gather/gather.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/ops/statistics/histogram.h"

namespace tricorn::ops {

Value RepeatEach(Value x, Value repeats, int64_t total, int64_t axis) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  if (!IsInteger(repeats.dtype()) || repeats.shape() != Shape{x.dim(static_cast<int>(axis))} ||
      total < 0) {
    return Error(x, InvalidArgument("repeat: expected a number for each element of axis {} of {}, "
                                    "received {}",
                                    axis, x.type().ToString(), repeats.type().ToString()));
  }
  const Value ends = Cumsum(repeats, 0);
  const Value at = Iota(x.builder(), {ends.dtype(), {total}}, 0);
  return Take(x, Searchsorted(ends, at, true), axis);
}

}  // namespace tricorn::ops
