#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/infer.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// Where Keras sums and multiplies small integers.
Value Widen(Value x) {
  switch (x.dtype()) {
    case DType::kBool:
    case DType::kI8:
    case DType::kI16:
      return Cast(x, DType::kI32);
    case DType::kU8:
    case DType::kU16:
      return Cast(x, DType::kU32);
    default:
      return x;
  }
}

// The product of the other elements: y / x where no element is zero; where one is, its gradient is
// the product of the rest; where two are, 0. At zeros the gradient of the gradient is not had so.
Grads ProdGradient(Operands operands, Value y, Value dy, const ReduceAttrs& a) {
  const Value x = operands[0];
  const Value zero = Equal(x, 0);
  const Value rest = Prod(Where(zero, 1, x), a.axes);
  const Value num_zeros = Sum(zero, a.axes);
  const Value one_zero = reduce::Spread(Equal(num_zeros, 1), x, a.axes);
  const Value others = Where(zero, Where(one_zero, reduce::Spread(rest, x, a.axes), 0),
                             reduce::Spread(y, x, a.axes) / Where(zero, 1, x));
  return {reduce::Spread(dy, x, a.axes) * others};
}

}  // namespace

const OpDef kSum = Op<ReduceAttrs>{
    .name = "sum",
    .doc = "the sum over `axes`",
    .infer = reduce::InferNumbers,
    .gradient = [](Operands x, Value, Value dy,
                   const ReduceAttrs& a) { return Grads{reduce::Spread(dy, x[0], a.axes)}; },
};

const OpDef kProd = Op<ReduceAttrs>{
    .name = "prod",
    .doc = "the product over `axes`",
    .infer = reduce::InferNumbers,
    .gradient = ProdGradient,
};

Value Sum(Value x, const Axes& axes, bool keepdims) {
  return reduce::Apply(kSum, Widen(x), axes, keepdims);
}
Value Prod(Value x, const Axes& axes, bool keepdims) {
  return reduce::Apply(kProd, Widen(x), axes, keepdims);
}

}  // namespace tricorn::ops
