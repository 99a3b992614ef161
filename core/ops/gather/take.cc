#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

absl::Status ExpectIndices(const Type& indices) {
  if (IsInteger(indices.dtype)) return absl::OkStatus();
  return InvalidArgument("expected integer indices, received {}", indices.ToString());
}

absl::StatusOr<Type> InferTake(const Type& x, const Type& indices, const TakeAttrs& a) {
  RETURN_IF_ERROR(ExpectIndices(indices));
  RETURN_IF_ERROR(ExpectAxis(x, a.axis));
  std::vector<int64_t> dims = x.shape.dims();
  dims.erase(dims.begin() + a.axis);
  dims.insert(dims.begin() + a.axis, indices.shape.begin(), indices.shape.end());
  return Type{x.dtype, Shape(std::move(dims))};
}

// Indices in [-length, 0) count from the end.
Value FromTheEnd(Value indices, int64_t length) {
  if (!IsSigned(indices.dtype())) return indices;
  // A narrow integer may not hold the length.
  if (SizeOf(indices.dtype()) < 4) indices = Cast(indices, DType::kI32);
  return Where(Less(indices, 0), indices + length, indices);
}

// Along `axis`, where each row of x has indices of its own: take from x laid flat.
Value FlatIndices(Value indices, Shape shape, int64_t axis) {
  const std::vector<int64_t> strides = shape.Strides();
  Builder& b = indices.builder();
  Value inside = LogicalAnd(GreaterEqual(indices, 0), Less(indices, shape[static_cast<int>(axis)]));
  Value flat = Cast(indices, DType::kI64) * strides[static_cast<size_t>(axis)];
  const Type type{DType::kI64, indices.shape()};
  for (int64_t i = 0; i < indices.rank(); ++i) {
    if (i != axis) flat = flat + Iota(b, type, i) * strides[static_cast<size_t>(i)];
  }
  return Where(inside, flat, -1);
}

absl::StatusOr<Type> InferTakeAlongAxis(std::span<const Type> x, const TakeAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, 2));
  RETURN_IF_ERROR(ExpectIndices(x[1]));
  RETURN_IF_ERROR(ExpectAxis(x[0], a.axis));
  Type expected{x[1].dtype, x[0].shape};
  if (x[1].rank() == x[0].rank()) {
    expected.shape[static_cast<int>(a.axis)] = x[1].shape[static_cast<int>(a.axis)];
  }
  RETURN_IF_ERROR(ExpectSameType(expected, x[1]));
  return Type{x[0].dtype, x[1].shape};
}

Value TakeAlongAxisDecomposition(Operands x, const TakeAttrs& a) {
  const Value flat = Reshape(x[0], {-1});
  const Value indices = FlatIndices(x[1], x[0].shape(), a.axis);
  return x[0].builder().Add(kTake, {{flat, indices}}, TakeAttrs{0});
}

}  // namespace

const OpDef kTake = Op<TakeAttrs>{
    .name = "take",
    .doc =
        "y[a..., i..., b...] = x[a..., indices[i...], b...]; NaN or 0 for an index outside. "
        "Operands: x, indices",
    .infer = [](std::span<const Type> x, const TakeAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 2));
      return InferTake(x[0], x[1], a);
    },
    .gradient =
        [](Operands x, Value, Value dy, const TakeAttrs& a) {
          const int64_t length = x[0].dim(static_cast<int>(a.axis));
          return Grads{
              dy.builder().Add(kTakeGradient, {{x[1], dy}}, TakeGradientAttrs{a.axis, length}),
              Value()};
        },
};

const OpDef kTakeGradient = Op<TakeGradientAttrs>{
    .name = "take_gradient",
    .doc =
        "zeros of `length` along `axis`, with each dy[a..., i..., b...] added at [a..., "
        "indices[i...], b...]. Operands: indices, dy",
    .infer = [](std::span<const Type> x, const TakeGradientAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 2));
      RETURN_IF_ERROR(ExpectIndices(x[0]));
      const bool fits = a.axis >= 0 && a.axis + x[0].rank() <= x[1].rank() && a.length >= 0;
      for (int i = 0; fits && i < x[0].rank(); ++i) {
        const int at = static_cast<int>(a.axis) + i;
        if (x[1].shape[at] != x[0].shape[i]) {
          return InvalidArgument(
              "expected dy with the axes of indices from axis {} on, received {}"
              " and {}",
              a.axis, x[1].ToString(), x[0].ToString());
        }
      }
      if (!fits) {
        return InvalidArgument(
            "expected an axis within dy and a length of 0 or more, received "
            "axis {} of {}, length {}",
            a.axis, x[1].ToString(), a.length);
      }
      std::vector<int64_t> dims = x[1].shape.dims();
      const auto first = dims.begin() + a.axis;
      dims.insert(dims.erase(first, first + x[0].rank()), a.length);
      return Type{x[1].dtype, Shape(std::move(dims))};
    },
    .decompose =
        [](Operands x, const TakeGradientAttrs& a) {
          std::vector<int64_t> dims = x[1].shape().dims();
          const auto first = dims.begin() + a.axis;
          dims.insert(dims.erase(first, first + x[0].rank()), a.length);
          const Value zeros = Full(x[1].builder(), {x[1].dtype(), Shape(std::move(dims))}, 0);
          return x[1].builder().Add(kScatterAdd, {{zeros, x[0], x[1]}}, TakeAttrs{a.axis});
        },
};

const OpDef kScatterAdd = Op<TakeAttrs>{
    .name = "scatter_add",
    .doc =
        "x with each updates[a..., i..., b...] added at [a..., indices[i...], b...], in order; "
        "none for an index outside. Operands: x, indices, updates",
    .infer = [](std::span<const Type> x, const TakeAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 3));
      ASSIGN_OR_RETURN(const Type updates, InferTake(x[0], x[1], a));
      RETURN_IF_ERROR(ExpectSameType(updates, x[2]));
      return x[0];
    },
    .gradient =
        [](Operands x, Value, Value dy, const TakeAttrs& a) {
          // An update that was left out gets no gradient, where take would give NaN.
          const int64_t length = x[0].dim(static_cast<int>(a.axis));
          Value inside = GreaterEqual(x[1], 0);
          inside = LogicalAnd(inside, Less(Cast(x[1], DType::kI64), length));
          Axes axes;
          for (int64_t i = 0; i < x[1].rank(); ++i) axes.push_back(a.axis + i);
          const Value taken = dy.builder().Add(kTake, {{dy, x[1]}}, a);
          return Grads{dy, Value(), Where(Broadcast(inside, taken.shape(), axes), taken, 0)};
        },
};

const OpDef kTakeAlongAxis = Op<TakeAttrs>{
    .name = "take_along_axis",
    .doc = "y[..., i, ...] = x[..., indices[..., i, ...], ...] along `axis`. Operands: x, indices",
    .infer = InferTakeAlongAxis,
    .decompose = TakeAlongAxisDecomposition,
};

Value Take(Value x, Value indices, int64_t axis) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  const int64_t length = x.dim(static_cast<int>(axis));
  return x.builder().Add(kTake, {{x, FromTheEnd(indices, length)}}, TakeAttrs{axis});
}

Value ScatterAdd(Value x, Value indices, Value updates, int64_t axis) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  const int64_t length = x.dim(static_cast<int>(axis));
  return x.builder().Add(kScatterAdd, {{x, FromTheEnd(indices, length), Cast(updates, x.dtype())}},
                         TakeAttrs{axis});
}

Value TakeAlongAxis(Value x, Value indices, int64_t axis) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  if (indices.rank() != x.rank()) {
    return Error(x, InvalidArgument("take_along_axis: expected indices of rank {}, received {}",
                                    x.rank(), indices.type().ToString()));
  }
  const int at = static_cast<int>(axis);
  const int64_t length = x.dim(at);
  Shape x_shape = x.shape(), index_shape = indices.shape();
  x_shape[at] = index_shape[at] = 1;
  const absl::StatusOr<Shape> shape = BroadcastShapes({{x_shape, index_shape}});
  if (!shape.ok()) return Error(x, shape.status());
  x_shape = index_shape = *shape;
  x_shape[at] = length;
  index_shape[at] = indices.dim(at);
  return x.builder().Add(
      kTakeAlongAxis,
      {{BroadcastTo(x, x_shape), FromTheEnd(BroadcastTo(indices, index_shape), length)}},
      TakeAttrs{axis});
}

Value OneHot(Value indices, int64_t depth, int64_t axis, DType dtype) {
  const int64_t rank = indices.rank() + 1;
  if (axis < -rank || axis >= rank) {
    return Error(indices, InvalidArgument("one_hot: expected an axis within [{}, {}), received {}",
                                          -rank, rank, axis));
  }
  if (axis < 0) axis += rank;
  if (SizeOf(indices.dtype()) < 4) indices = Cast(indices, DType::kI32);
  Value wide = ExpandDims(indices, {axis});
  Shape shape = wide.shape();
  if (!indices.builder().ok()) return Error(indices);
  shape[static_cast<int>(axis)] = depth;
  const Value classes = Iota(indices.builder(), {indices.dtype(), shape}, axis);
  return Cast(Equal(wide, classes), dtype);
}

}  // namespace tricorn::ops
