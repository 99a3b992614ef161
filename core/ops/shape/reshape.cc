#include <algorithm>

#include "core/ops/shape/shape.h"

namespace tricorn::ops {

const OpDef kReshape = Op<ReshapeAttrs>{
    .name = "reshape",
    .doc = "the elements in row-major order under another shape",
    .kind = OpKind::kView,
    .infer = [](std::span<const Type> x, const ReshapeAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 1));
      const bool negative =
          std::any_of(a.shape.begin(), a.shape.end(), [](int64_t d) { return d < 0; });
      if (negative || a.shape.num_elements() != x[0].num_elements()) {
        return InvalidArgument("expected a shape of {} elements for {}, received {}",
                               x[0].num_elements(), x[0].ToString(), a.shape.ToString());
      }
      return Type{x[0].dtype, a.shape};
    },
    .gradient = [](Operands x, Value, Value dy,
                   const ReshapeAttrs&) { return Grads{Reshape(dy, x[0].shape())}; },
};

Value Reshape(Value x, Shape shape) {
  int64_t known = 1;
  int free_axis = -1;
  for (int i = 0; i < shape.rank(); ++i) {
    if (shape[i] == -1 && free_axis < 0) {
      free_axis = i;
    } else {
      known *= shape[i];
    }
  }
  if (free_axis >= 0) {
    const int64_t count = x.type().num_elements();
    if (known <= 0 || count % known != 0) {
      return Error(x, InvalidArgument("reshape: expected a shape that {} fits, received {}",
                                      x.type().ToString(), shape.ToString()));
    }
    shape[free_axis] = count / known;
  }
  return shape == x.shape() ? x : x.builder().Add(kReshape, {{x}}, ReshapeAttrs{std::move(shape)});
}

Value ExpandDims(Value x, Axes axes) {
  const int64_t rank = x.rank() + static_cast<int64_t>(axes.size());
  for (int64_t& axis : axes) {
    if (axis < -rank || axis >= rank) {
      return Error(x, InvalidArgument("expand_dims: expected an axis within [{}, {}), received {}",
                                      -rank, rank, axis));
    }
    if (axis < 0) axis += rank;
  }
  std::sort(axes.begin(), axes.end());
  std::vector<int64_t> dims = x.shape().dims();
  for (const int64_t axis : axes) dims.insert(dims.begin() + axis, 1);
  return Reshape(x, Shape(std::move(dims)));
}

Value Squeeze(Value x, Axes axes) {
  if (axes.empty()) {
    for (int i = 0; i < x.rank(); ++i) {
      if (x.dim(i) == 1) axes.push_back(i);
    }
    if (axes.empty()) return x;
  }
  axes = NormalizeAxes(x, axes);
  std::vector<int64_t> dims = x.shape().dims();
  for (size_t i = axes.size(); i-- > 0;) {
    if (dims[static_cast<size_t>(axes[i])] != 1) {
      return Error(x, InvalidArgument("squeeze: expected length 1 on axis {} of {}", axes[i],
                                      x.type().ToString()));
    }
    dims.erase(dims.begin() + axes[i]);
  }
  return Reshape(x, Shape(std::move(dims)));
}

}  // namespace tricorn::ops
