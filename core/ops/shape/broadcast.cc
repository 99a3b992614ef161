#include <numeric>

#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

absl::StatusOr<Type> Infer(std::span<const Type> x, const BroadcastAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, 1));
  const Type result{x[0].dtype, a.shape};
  RETURN_IF_ERROR(ExpectIncreasingAxes(result, a.axes));
  if (a.axes.size() != static_cast<size_t>(x[0].rank())) {
    return InvalidArgument("expected {} axes, received {}", x[0].rank(), a.axes.size());
  }
  for (int i = 0; i < x[0].rank(); ++i) {
    const int64_t from = x[0].shape[i];
    const int64_t to = a.shape[static_cast<int>(a.axes[static_cast<size_t>(i)])];
    if (from != 1 && from != to) {
      return InvalidArgument("expected length 1 or {} on axis {}, received {}", to, i,
                             x[0].ToString());
    }
  }
  return result;
}

// The gradient of a repeated element is the sum over its copies.
Grads Gradient(Operands x, Value, Value dy, const BroadcastAttrs& a) {
  Axes summed;
  size_t k = 0;
  for (int64_t axis = 0; axis < dy.rank(); ++axis) {
    const bool mapped = k < a.axes.size() && a.axes[k] == axis;
    const bool kept =
        mapped && x[0].shape().dims()[k] == dy.shape().dims()[static_cast<size_t>(axis)];
    if (mapped) ++k;
    if (!kept) summed.push_back(axis);
  }
  if (!summed.empty()) dy = dy.builder().Add(kSum, {{dy}}, ReduceAttrs{summed});
  return {Reshape(dy, x[0].shape())};
}

}  // namespace

const OpDef kBroadcast = Op<BroadcastAttrs>{
    .name = "broadcast",
    .doc =
        "axis k of x becomes axis axes[k] of y; elements repeat along the others and where x has "
        "length 1",
    .is_cheap = true,
    .infer = Infer,
    .gradient = Gradient,
};

Value Broadcast(Value x, Shape shape, Axes axes) {
  if (shape == x.shape()) return x;
  return x.builder().Add(kBroadcast, {{x}}, BroadcastAttrs{std::move(shape), std::move(axes)});
}

Value BroadcastTo(Value x, Shape shape) {
  if (x.rank() > shape.rank()) {
    return Error(x, InvalidArgument("expected a shape that broadcasts to {}, received {}",
                                    shape.ToString(), x.type().ToString()));
  }
  Axes axes(static_cast<size_t>(x.rank()));
  std::iota(axes.begin(), axes.end(), shape.rank() - x.rank());
  return Broadcast(x, shape, std::move(axes));
}

}  // namespace tricorn::ops
