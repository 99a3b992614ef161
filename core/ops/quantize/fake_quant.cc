#include <cmath>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/quantize/quantize.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

absl::StatusOr<Type> Infer(std::span<const Type> x, const FakeQuantAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, 3));
  RETURN_IF_ERROR(ExpectFloating(x[0]));
  if (a.num_bits < 2 || a.num_bits > 16) {
    return InvalidArgument("num_bits: expected 2 to 16, received {}", a.num_bits);
  }
  Shape shape;
  if (a.axis) {
    RETURN_IF_ERROR(ExpectAxis(x[0], *a.axis));
    shape = {x[0].shape[static_cast<int>(*a.axis)]};
  }
  const Type ends{Promote(x[0].dtype, DType::kF32), shape};
  RETURN_IF_ERROR(ExpectSameType(ends, x[1]));
  RETURN_IF_ERROR(ExpectSameType(ends, x[2]));
  return x[0];
}

// Ends of the interval, moved so that 0 falls on a step, as x broadcasts with them.
struct Nudged {
  Value min;
  Value max;
  Value scale;
  Value inverse_scale;
};

Nudged Nudge(Operands x, const FakeQuantAttrs& a) {
  Value min = x[1], max = x[2];
  if (a.axis) {
    std::vector<int64_t> dims(static_cast<size_t>(x[0].rank()), 1);
    dims[static_cast<size_t>(*a.axis)] = x[0].dim(static_cast<int>(*a.axis));
    min = Reshape(min, Shape(dims));
    max = Reshape(max, Shape(dims));
  }
  const double high = std::exp2(a.num_bits) - 1;
  const double low = a.narrow_range ? 1 : 0;
  const Value scale = (max - min) / (high - low);
  const Value inverse = (high - low) / (max - min);
  const Value zero = Round(Clip(low - min / scale, low, high));
  return {(low - zero) * scale, (high - zero) * scale, scale, inverse};
}

Value Decompose(Operands x, const FakeQuantAttrs& a) {
  const Nudged n = Nudge(x, a);
  const Value zero = Floor(-n.min * n.inverse_scale + 0.5);
  const Value steps = (Clip(Cast(x[0], n.min.dtype()), n.min, n.max) - n.min) * n.inverse_scale;
  return Cast(Floor(steps - zero + 0.5) * n.scale, x[0].dtype());
}

Grads Gradient(Operands x, Value, Value dy, const FakeQuantAttrs& a) {
  const Nudged n = Nudge(x, a);
  const Value at = Cast(x[0], n.min.dtype());
  Axes axes;
  for (int64_t axis = 0; axis < x[0].rank(); ++axis) {
    if (axis != a.axis) axes.push_back(axis);
  }
  const auto summed_where = [&](Value condition) {
    const Value kept = Cast(Where(condition, dy, 0), n.min.dtype());
    return Reshape(axes.empty() ? kept : Sum(kept, axes), x[1].shape());
  };
  const Value inside = LogicalAnd(GreaterEqual(at, n.min), LessEqual(at, n.max));
  return {Where(inside, dy, 0), summed_where(LessEqual(at, n.min)),
          summed_where(GreaterEqual(at, n.max))};
}

}  // namespace

const OpDef kFakeQuant = Op<FakeQuantAttrs>{
    .name = "fake_quant_with_min_max_vars",
    .doc =
        "x clipped to [min, max] and rounded to one of 2^num_bits equally spaced numbers. "
        "Operands: x, min, max",
    .infer = Infer,
    .decompose = Decompose,
    .gradient = Gradient,
};

Value FakeQuantWithMinMaxVars(Value x, Value min, Value max, FakeQuantAttrs attrs) {
  Shape shape;
  if (attrs.axis) {
    attrs.axis = NormalizeAxis(x, *attrs.axis);
    if (*attrs.axis < 0) return Error(x);
    shape = {x.dim(static_cast<int>(*attrs.axis))};
  }
  const auto as_operand = [&](Value end) {
    return Reshape(Cast(end, Promote(x.dtype(), DType::kF32)), shape);
  };
  return x.builder().Add(kFakeQuant, {{x, as_operand(min), as_operand(max)}}, attrs);
}

}  // namespace tricorn::ops
