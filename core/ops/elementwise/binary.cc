#include "core/ops/elementwise/declare.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::ops {
namespace {

using elementwise::Binary;
using elementwise::Domain;

// dy where a is the winner, half of it where a and b are equal. By the operands alone: a result
// that was rounded to half precision on its way through memory need not equal either.
Grads Share(Value a, Value b, Value a_wins, Value b_wins, Value dy) {
  const Value half = Where(Equal(a, b), dy * 0.5, ZerosLike(dy));
  return {Where(a_wins, dy, half), Where(b_wins, dy, half)};
}
Grads ShareMaximum(Value a, Value b, Value, Value dy) {
  return Share(a, b, Greater(a, b), Greater(b, a), dy);
}
Grads ShareMinimum(Value a, Value b, Value, Value dy) {
  return Share(a, b, Less(a, b), Less(b, a), dy);
}

Grads PowerGradient(Value a, Value b, Value y, Value dy) {
  // d/da b a^(b-1) is 0 at b = 0 even where a^-1 is infinite; d/db a^b ln a is 0 at a = 0.
  const Value zero = Equal(b, 0);
  const Value base = dy * b * Power(a, Where(zero, 1, b - 1));
  const Value positive = Greater(a, 0);
  return {Where(zero, 0, base), Where(positive, dy * y * Log(Where(positive, a, 1)), 0)};
}

Value Apply(const OpDef& op, Arg a, Arg b) {
  const Values x = Unify({{a, b}});
  return x[0].builder().Add(op, x);
}

Value ApplyLogical(const OpDef& op, Arg a, Arg b) {
  const Values x =
      UnifyShapes({{Cast(a.is_number() ? Unify({{a, b}})[0] : a.value(), DType::kBool),
                    Cast(b.is_number() ? Unify({{a, b}})[1] : b.value(), DType::kBool)}});
  return x[0].builder().Add(op, x);
}

// Of two bools, whose sum and greater one is "or", product and lesser one "and", as in Keras.
Value ApplyOrLogical(const OpDef& op, const OpDef& logical, Arg a, Arg b) {
  return Apply(PromotedDType({{a, b}}) == DType::kBool ? logical : op, a, b);
}

// Of two bools in int32.
Value ApplyWidened(const OpDef& op, Arg a, Arg b) {
  Values x = Unify({{a, b}});
  for (Value& value : x) value = value.dtype() == DType::kBool ? Cast(value, DType::kI32) : value;
  return x[0].builder().Add(op, x);
}

Value ApplyFloating(const OpDef& op, Arg a, Arg b) {
  const DType dtype = PromotedDType({{a, b}});
  if (IsFloating(dtype)) return Apply(op, a, b);
  Values x = Unify({{a, b}});
  for (Value& value : x) value = Cast(value, DType::kF32);
  return x[0].builder().Add(op, x);
}

}  // namespace

const OpDef kAdd = Binary("add", "y = a + b", Domain::kNumber, [](Value, Value, Value, Value dy) {
  return Grads{dy, dy};
});
const OpDef kSubtract =
    Binary("subtract", "y = a - b", Domain::kNumber, [](Value, Value, Value, Value dy) {
      return Grads{dy, -dy};
    });
const OpDef kMultiply =
    Binary("multiply", "y = a * b", Domain::kNumber, [](Value a, Value b, Value, Value dy) {
      return Grads{dy * b, dy * a};
    });
const OpDef kDivide =
    Binary("divide", "y = a / b", Domain::kFloating, [](Value, Value b, Value y, Value dy) {
      const Value da = dy / b;
      return Grads{da, -da * y};
    });
const OpDef kPower = Binary("power", "y = a^b", Domain::kNumber, PowerGradient);
const OpDef kMaximum =
    Binary("maximum", "the greater of a and b; NaN if either is", Domain::kNumber, ShareMaximum);
const OpDef kMinimum =
    Binary("minimum", "the lesser of a and b; NaN if either is", Domain::kNumber, ShareMinimum);
const OpDef kMod = Binary("mod", "y = a - b * floor(a / b)", Domain::kNumber,
                          [](Value a, Value b, Value, Value dy) {
                            return Grads{dy, -dy * FloorDivide(a, b)};
                          });
const OpDef kFloorDivide = Binary("floor_divide", "y = floor(a / b)", Domain::kNumber, nullptr);
const OpDef kArctan2 = Binary("arctan2", "the angle of the point (b, a)", Domain::kFloating,
                              [](Value a, Value b, Value, Value dy) {
                                const Value scaled = dy / (Square(a) + Square(b));
                                return Grads{scaled * b, -scaled * a};
                              });

const OpDef kBitwiseAnd = Binary("bitwise_and", "bits set in both", Domain::kBits, nullptr);
const OpDef kBitwiseOr = Binary("bitwise_or", "bits set in either", Domain::kBits, nullptr);
const OpDef kBitwiseXor = Binary("bitwise_xor", "bits set in one", Domain::kBits, nullptr);
const OpDef kLeftShift =
    Binary("left_shift", "y = a * 2^b; 0 for b >= width", Domain::kInteger, nullptr);
const OpDef kRightShift = Binary("right_shift", "y = floor(a / 2^b)", Domain::kInteger, nullptr);

Value Add(Arg a, Arg b) { return ApplyOrLogical(kAdd, kBitwiseOr, a, b); }
Value Subtract(Arg a, Arg b) { return Apply(kSubtract, a, b); }
Value Multiply(Arg a, Arg b) { return ApplyOrLogical(kMultiply, kBitwiseAnd, a, b); }
Value Divide(Arg a, Arg b) { return ApplyFloating(kDivide, a, b); }
Value Power(Arg a, Arg b) { return ApplyWidened(kPower, a, b); }
Value Maximum(Arg a, Arg b) { return ApplyOrLogical(kMaximum, kBitwiseOr, a, b); }
Value Minimum(Arg a, Arg b) { return ApplyOrLogical(kMinimum, kBitwiseAnd, a, b); }
Value Mod(Arg a, Arg b) { return ApplyWidened(kMod, a, b); }
Value FloorDivide(Arg a, Arg b) { return ApplyWidened(kFloorDivide, a, b); }
Value Arctan2(Arg a, Arg b) { return ApplyFloating(kArctan2, a, b); }
Value BitwiseAnd(Arg a, Arg b) { return Apply(kBitwiseAnd, a, b); }
Value BitwiseOr(Arg a, Arg b) { return Apply(kBitwiseOr, a, b); }
Value BitwiseXor(Arg a, Arg b) { return Apply(kBitwiseXor, a, b); }
Value LeftShift(Arg a, Arg b) { return ApplyWidened(kLeftShift, a, b); }
Value RightShift(Arg a, Arg b) { return ApplyWidened(kRightShift, a, b); }
Value LogicalAnd(Arg a, Arg b) { return ApplyLogical(kBitwiseAnd, a, b); }
Value LogicalOr(Arg a, Arg b) { return ApplyLogical(kBitwiseOr, a, b); }
Value LogicalXor(Arg a, Arg b) { return ApplyLogical(kBitwiseXor, a, b); }

Value Clip(Value x, Arg low, Arg high) {
  if (x.dtype() == DType::kBool) x = Cast(x, DType::kI32);
  return Cast(Minimum(Maximum(x, low), high), x.dtype());
}

}  // namespace tricorn::ops
