#include "core/ops/dot/products.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {

Value Dot(Value a, Value b) {
  if (a.rank() == 0 || b.rank() == 0) return a * b;
  return Tensordot(a, b, {-1}, {b.rank() == 1 ? 0 : -2});
}

Value Inner(Value a, Value b) {
  if (a.rank() == 0 || b.rank() == 0) return a * b;
  return Tensordot(a, b, {-1}, {-1});
}

Value Outer(Value a, Value b) { return Reshape(a, {-1, 1}) * Reshape(b, {1, -1}); }

Value Vdot(Value a, Value b) { return Tensordot(Reshape(a, {-1}), Reshape(b, {-1}), {0}, {0}); }

Value Kron(Value a, Value b) {
  const int rank = std::max(a.rank(), b.rank());
  std::vector<int64_t> a_dims, b_dims, dims;
  for (int i = 0; i < rank; ++i) {
    const int a_axis = i - (rank - a.rank()), b_axis = i - (rank - b.rank());
    const int64_t a_dim = a_axis < 0 ? 1 : a.dim(a_axis), b_dim = b_axis < 0 ? 1 : b.dim(b_axis);
    a_dims.insert(a_dims.end(), {a_dim, 1});
    b_dims.insert(b_dims.end(), {1, b_dim});
    dims.push_back(a_dim * b_dim);
  }
  return Reshape(Reshape(a, Shape(a_dims)) * Reshape(b, Shape(b_dims)), Shape(dims));
}

Value Cross(Value a, Value b, int64_t axis_a, int64_t axis_b, int64_t axis_c) {
  a = MoveAxis(a, axis_a, -1);
  b = MoveAxis(b, axis_b, -1);
  if (!a.builder().ok()) return Error(a);
  const int64_t a_length = a.dim(-1), b_length = b.dim(-1);
  if (a_length < 2 || a_length > 3 || b_length < 2 || b_length > 3) {
    return Error(a,
                 InvalidArgument("cross: expected vectors of 2 or 3 elements, received {} and {}",
                                 a.type().ToString(), b.type().ToString()));
  }
  const auto part = [](Value x, int64_t i) { return Squeeze(SliceAxis(x, -1, i, i + 1), {-1}); };
  const auto minor = [&](int64_t i, int64_t j) {
    return part(a, i) * part(b, j) - part(a, j) * part(b, i);
  };
  if (a_length == 2 && b_length == 2) return minor(0, 1);
  const auto widened = [](Value x) {
    Axes low(static_cast<size_t>(x.rank()), 0), high = low;
    high.back() = 3 - x.dim(-1);
    return Pad(x, low, high);
  };
  a = widened(a);
  b = widened(b);
  return MoveAxis(Stack({{minor(1, 2), minor(2, 0), minor(0, 1)}}, -1), -1, axis_c);
}

}  // namespace tricorn::ops
