#include "core/ops/reduce/infer.h"

#include "core/ops/shape/shape.h"

namespace tricorn::ops::reduce {
namespace {

absl::StatusOr<Type> Drop(std::span<const Type> x, const ReduceAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, 1));
  RETURN_IF_ERROR(ExpectIncreasingAxes(x[0], a.axes));
  std::vector<int64_t> dims = x[0].shape.dims();
  for (size_t i = a.axes.size(); i-- > 0;) dims.erase(dims.begin() + a.axes[i]);
  return Type{x[0].dtype, Shape(std::move(dims))};
}

}  // namespace

absl::StatusOr<Type> InferNumbers(std::span<const Type> x, const ReduceAttrs& a) {
  ASSIGN_OR_RETURN(const Type type, Drop(x, a));
  if (IsFloating(type.dtype) || IsInteger(type.dtype)) return type;
  return InvalidArgument("expected numbers, received {}", x[0].ToString());
}

absl::StatusOr<Type> InferBool(std::span<const Type> x, const ReduceAttrs& a) {
  ASSIGN_OR_RETURN(const Type type, Drop(x, a));
  if (type.dtype == DType::kBool) return type;
  return InvalidArgument("expected bool, received {}", x[0].ToString());
}

Value Spread(Value y, Value x, const Axes& axes) {
  Axes kept;
  size_t k = 0;
  for (int64_t axis = 0; axis < x.rank(); ++axis) {
    if (k < axes.size() && axes[k] == axis) {
      ++k;
    } else {
      kept.push_back(axis);
    }
  }
  return Broadcast(y, x.shape(), std::move(kept));
}

Value Apply(const OpDef& op, Value x, const Axes& axes, bool keepdims) {
  const Axes at = NormalizeAxes(x, axes);
  Value y = at.empty() ? x : x.builder().Add(op, {{x}}, ReduceAttrs{at});
  return keepdims && !at.empty() ? ExpandDims(y, at) : y;
}

}  // namespace tricorn::ops::reduce
