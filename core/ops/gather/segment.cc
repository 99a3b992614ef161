#include <limits>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

absl::StatusOr<Type> Infer(std::span<const Type> x, const SegmentAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, 2));
  RETURN_IF_ERROR(ExpectAxis(x[0], 0));
  if (x[0].dtype == DType::kBool) {
    return InvalidArgument("expected numbers, received {}", x[0].ToString());
  }
  if (!IsInteger(x[1].dtype)) {
    return InvalidArgument("expected integer ids, received {}", x[1].ToString());
  }
  RETURN_IF_ERROR(ExpectSameType({x[1].dtype, {x[0].shape[0]}}, x[1]));
  if (a.num_segments < 0) {
    return InvalidArgument("expected num_segments of 0 or more, received {}", a.num_segments);
  }
  Type y = x[0];
  y.shape[0] = a.num_segments;
  return y;
}

// What `segments` holds for each element of data; 0 where its id is outside.
Value OfElements(Value segments, Value ids, const SegmentAttrs& a) {
  const Value inside =
      LogicalAnd(GreaterEqual(ids, 0), Less(Cast(ids, DType::kI64), a.num_segments));
  const Value taken = ids.builder().Add(kTake, {{segments, ids}}, TakeAttrs{0});
  return Where(Broadcast(inside, taken.shape(), {0}), taken, 0);
}

Value AddUp(Value data, Value ids, int64_t num_segments) {
  Type type = data.type();
  type.shape[0] = num_segments;
  const Value zeros = Full(data.builder(), type, 0);
  return data.builder().Add(kScatterAdd, {{zeros, ids, data}}, TakeAttrs{0});
}

Grads ExtremumGradient(Operands x, Value y, Value dy, const SegmentAttrs& a) {
  const Value chosen = Equal(x[0], OfElements(y, x[1], a));
  const Value count = AddUp(Cast(chosen, dy.dtype()), x[1], a.num_segments);
  return {Where(chosen, OfElements(dy / Maximum(count, 1), x[1], a), 0), Value()};
}

// The product of the others: the quotient where no factor is 0.
Grads ProdGradient(Operands x, Value, Value dy, const SegmentAttrs& a) {
  const Value is_zero = Equal(x[0], 0);
  const Value factors = Where(is_zero, 1, x[0]);
  const Value product = x[0].builder().Add(kSegmentProd, {{factors, x[1]}}, a);
  const Value num_zeros =
      OfElements(AddUp(Cast(is_zero, dy.dtype()), x[1], a.num_segments), x[1], a);
  const Value slope = OfElements(product * dy, x[1], a) / factors;
  return {Where(Equal(num_zeros, Cast(is_zero, dy.dtype())), slope, 0), Value()};
}

using Segments = Value (*)(Value data, Value ids, int64_t num_segments);

// With ids as a vector, the axes of ids in data as one.
Value Flattened(Value data, Value ids, int64_t num_segments, Segments reduce) {
  const int rank = ids.rank();
  bool fits = rank >= 1 && data.rank() >= rank;
  for (int i = 0; fits && i < rank; ++i) fits = data.dim(i) == ids.dim(i);
  if (!fits) {
    return Error(data, InvalidArgument("segments: expected ids of data's first axes, received {} "
                                       "and {}",
                                       ids.type().ToString(), data.type().ToString()));
  }
  if (num_segments < 0) {
    return Error(data,
                 InvalidArgument("num_segments: expected 0 or more, received {}", num_segments));
  }
  if (rank > 1) {
    std::vector<int64_t> shape(data.shape().begin() + rank, data.shape().end());
    shape.insert(shape.begin(), ids.shape().num_elements());
    data = Reshape(data, Shape(std::move(shape)));
    ids = Reshape(ids, {-1});
  }
  return reduce(data, ids, num_segments);
}

template <const OpDef* op>
Value Node(Value data, Value ids, int64_t num_segments) {
  return data.builder().Add(*op, {{data, ids}}, SegmentAttrs{num_segments});
}

}  // namespace

const OpDef kSegmentMax = Op<SegmentAttrs>{
    .name = "segment_max",
    .doc =
        "y[s, ...] = the maximum of data[i, ...] over the i with ids[i] = s. Operands: data, ids",
    .infer = Infer,
    .gradient = ExtremumGradient,
};

const OpDef kSegmentMin = Op<SegmentAttrs>{
    .name = "segment_min",
    .doc =
        "y[s, ...] = the minimum of data[i, ...] over the i with ids[i] = s. Operands: data, ids",
    .infer = Infer,
    .gradient = ExtremumGradient,
};

const OpDef kSegmentProd = Op<SegmentAttrs>{
    .name = "segment_prod",
    .doc =
        "y[s, ...] = the product of data[i, ...] over the i with ids[i] = s. Operands: data, ids",
    .infer = Infer,
    .gradient = ProdGradient,
};

Value SegmentSum(Value data, Value ids, int64_t num_segments) {
  return Flattened(data, ids, num_segments, AddUp);
}
Value SegmentMax(Value data, Value ids, int64_t num_segments) {
  return Flattened(data, ids, num_segments, Node<&kSegmentMax>);
}
Value SegmentMin(Value data, Value ids, int64_t num_segments) {
  return Flattened(data, ids, num_segments, Node<&kSegmentMin>);
}
Value SegmentProd(Value data, Value ids, int64_t num_segments) {
  return Flattened(data, ids, num_segments, Node<&kSegmentProd>);
}

}  // namespace tricorn::ops
