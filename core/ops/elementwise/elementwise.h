#pragma once

#include "core/ops/op.h"
#include "core/ops/promotion.h"

// Ops of which one output element depends on the same element of each operand. Nodes are strict:
// operands of one type. The functions broadcast as NumPy does and promote dtypes as Keras does.
// Functions of real analysis turn integers and bool into float32 first. Of bools a sum is "or", a
// product "and"; where neither makes sense they become int32.

namespace tricorn::ops {

// -- One operand; y has its type -----------------------------------------------------------------

extern const OpDef kNegative, kAbsolute, kSign, kSquare;
extern const OpDef kExp, kExpm1, kLog, kLog1p, kSqrt, kRsqrt, kErf, kSigmoid;
extern const OpDef kSin, kCos, kTan, kArcsin, kArccos, kArctan;
extern const OpDef kSinh, kCosh, kTanh, kArcsinh, kArccosh, kArctanh;
extern const OpDef kFloor, kCeil, kRound, kTrunc;  // round: halves to even
extern const OpDef kBitwiseNot;                    // of bool: logical not
extern const OpDef kIsnan, kIsinf, kIsfinite;      // give bool

Value Negative(Value x);
Value Absolute(Value x);
Value Sign(Value x);  // -1, 0, 1; NaN stays
Value Square(Value x);
Value Exp(Value x);
Value Expm1(Value x);
Value Log(Value x);
Value Log1p(Value x);
Value Sqrt(Value x);
Value Rsqrt(Value x);
Value Reciprocal(Value x);
Value Erf(Value x);
Value Sigmoid(Value x);
Value Sin(Value x);
Value Cos(Value x);
Value Tan(Value x);
Value Arcsin(Value x);
Value Arccos(Value x);
Value Arctan(Value x);
Value Sinh(Value x);
Value Cosh(Value x);
Value Tanh(Value x);
Value Arcsinh(Value x);
Value Arccosh(Value x);
Value Arctanh(Value x);
Value Floor(Value x);
Value Ceil(Value x);
Value Round(Value x);
Value Trunc(Value x);
Value BitwiseNot(Value x);
Value LogicalNot(Value x);  // of x != 0
Value Isnan(Value x);
Value Isinf(Value x);
Value Isfinite(Value x);

// y = x in another dtype. Float to integer truncates; anything to bool tests for zero.
struct CastAttrs {
  DType dtype = DType::kF32;
  FIELDS(dtype)
};
extern const OpDef kCast;
Value Cast(Value x, DType dtype);  // x itself when it has that dtype

// -- Two operands of one type; y has it too ------------------------------------------------------

extern const OpDef kAdd, kSubtract, kMultiply, kDivide, kPower, kMaximum, kMinimum;
extern const OpDef kMod, kFloorDivide;  // the quotient rounds down, the remainder has b's sign
extern const OpDef kArctan2;
extern const OpDef kBitwiseAnd, kBitwiseOr, kBitwiseXor, kLeftShift, kRightShift;

Value Add(Arg a, Arg b);
Value Subtract(Arg a, Arg b);
Value Multiply(Arg a, Arg b);
Value Divide(Arg a, Arg b);  // integers become float32
Value Power(Arg a, Arg b);
Value Maximum(Arg a, Arg b);  // NaN if either is; equal operands share the gradient evenly
Value Minimum(Arg a, Arg b);
Value Mod(Arg a, Arg b);
Value FloorDivide(Arg a, Arg b);
Value Arctan2(Arg a, Arg b);
Value BitwiseAnd(Arg a, Arg b);
Value BitwiseOr(Arg a, Arg b);
Value BitwiseXor(Arg a, Arg b);
Value LeftShift(Arg a, Arg b);
Value RightShift(Arg a, Arg b);
Value LogicalAnd(Arg a, Arg b);  // of a != 0, b != 0; gives bool
Value LogicalOr(Arg a, Arg b);
Value LogicalXor(Arg a, Arg b);
Value Clip(Value x, Arg low, Arg high);  // min(max(x, low), high), in x's dtype

// -- Comparisons: two operands of one type; y is bool --------------------------------------------

extern const OpDef kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual;
Value Equal(Arg a, Arg b);
Value NotEqual(Arg a, Arg b);
Value Less(Arg a, Arg b);
Value LessEqual(Arg a, Arg b);
Value Greater(Arg a, Arg b);
Value GreaterEqual(Arg a, Arg b);

// y = a where condition holds, else b. Operands: condition (bool), a and b of one type, one shape.
extern const OpDef kSelect;
Value Where(Value condition, Arg a, Arg b);

// -- Constants ----------------------------------------------------------------------------------

// A constant scalar.
Value Scalar(Builder& builder, double value, DType dtype);
// `value` everywhere: a constant scalar and a broadcast.
Value Full(Builder& builder, Type type, double value);
Value ZerosLike(Value x);
Value OnesLike(Value x);
// Whether x is a constant scalar 0, broadcast or not: what autodiff gives for an unused result.
bool IsZero(Value x);
// x, through which no gradient flows.
extern const OpDef kStopGradient;
Value StopGradient(Value x);

}  // namespace tricorn::ops

// Where argument-dependent lookup finds them.
namespace tricorn::ir {
inline Value operator-(Value x) { return ops::Negative(x); }
inline Value operator+(ops::Arg a, ops::Arg b) { return ops::Add(a, b); }
inline Value operator-(ops::Arg a, ops::Arg b) { return ops::Subtract(a, b); }
inline Value operator*(ops::Arg a, ops::Arg b) { return ops::Multiply(a, b); }
inline Value operator/(ops::Arg a, ops::Arg b) { return ops::Divide(a, b); }
}  // namespace tricorn::ir
