#include "core/ops/op.h"

#include <algorithm>

namespace tricorn::ops {

absl::Status ExpectCount(std::span<const Type> x, size_t count) {
  if (x.size() == count) return absl::OkStatus();
  return InvalidArgument("expected {} operands, received {}", count, x.size());
}

absl::Status ExpectFloating(const Type& x) {
  if (IsFloating(x.dtype)) return absl::OkStatus();
  return InvalidArgument("expected a floating dtype, received {}", x.ToString());
}

absl::Status ExpectSameType(const Type& expected, const Type& received) {
  if (expected == received) return absl::OkStatus();
  return InvalidArgument("expected {}, received {}", expected.ToString(), received.ToString());
}

absl::Status ExpectSameDType(const Type& expected, const Type& received) {
  if (expected.dtype == received.dtype) return absl::OkStatus();
  return InvalidArgument("expected dtype {}, received {}", Name(expected.dtype),
                         received.ToString());
}

absl::Status ExpectAxis(const Type& x, int64_t axis) {
  if (axis >= 0 && axis < x.rank()) return absl::OkStatus();
  return InvalidArgument("expected an axis of {}, received {}", x.ToString(), axis);
}

absl::Status ExpectIncreasingAxes(const Type& x, const Axes& axes) {
  for (size_t i = 0; i < axes.size(); ++i) {
    RETURN_IF_ERROR(ExpectAxis(x, axes[i]));
    if (i > 0 && axes[i] <= axes[i - 1]) {
      return InvalidArgument("expected increasing axes, received {} after {}", axes[i],
                             axes[i - 1]);
    }
  }
  return absl::OkStatus();
}

int64_t NormalizeAxis(const Value& x, int64_t axis) {
  const int64_t rank = x.rank();
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  Error(x, InvalidArgument("expected an axis within [{}, {}) of {}, received {}", -rank, rank,
                           x.type().ToString(), axis));
  return -1;
}

Axes NormalizeAxes(const Value& x, const Axes& axes) {
  Axes result;
  if (axes.empty()) {
    for (int64_t i = 0; i < x.rank(); ++i) result.push_back(i);
    return result;
  }
  for (const int64_t axis : axes) {
    const int64_t at = NormalizeAxis(x, axis);
    if (at < 0) return {};
    result.push_back(at);
  }
  std::sort(result.begin(), result.end());
  if (std::adjacent_find(result.begin(), result.end()) != result.end()) {
    Error(x, InvalidArgument("expected different axes, received one of them twice"));
    return {};
  }
  return result;
}

Value Error(const Value& x, const absl::Status& status) {
  x.builder().SetError(status);
  return Error(x);
}

Value Error(const Value& x) { return Value(&x.builder(), -1); }

Values Errors(const Value& x, size_t count) { return Values(count, Error(x)); }

}  // namespace tricorn::ops
