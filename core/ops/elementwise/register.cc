#include "core/ops/elementwise/elementwise.h"

#include "core/ops/elementwise/nonfinite.h"
#include "core/ops/elementwise/number.h"

namespace tricorn::ops {

void RegisterElementwise(OpRegistry& ops) {
  for (const OpDef* op :
       {&kNegative, &kAbsolute,     &kSign,      &kSquare,     &kExp,        &kExpm1,
        &kLog,      &kLog1p,        &kSqrt,      &kRsqrt,      &kErf,        &kSigmoid,
        &kSin,      &kCos,          &kTan,       &kArcsin,     &kArccos,     &kArctan,
        &kSinh,     &kCosh,         &kTanh,      &kArcsinh,    &kArccosh,    &kArctanh,
        &kFloor,    &kCeil,         &kRound,     &kTrunc,      &kBitwiseNot, &kIsnan,
        &kIsinf,    &kIsfinite,     &kCast,      &kAdd,        &kSubtract,   &kMultiply,
        &kDivide,   &kPower,        &kMaximum,   &kMinimum,    &kMod,        &kFloorDivide,
        &kArctan2,  &kBitwiseAnd,   &kBitwiseOr, &kBitwiseXor, &kLeftShift,  &kRightShift,
        &kEqual,    &kNotEqual,     &kLess,      &kLessEqual,  &kGreater,    &kGreaterEqual,
        &kSelect,   &kStopGradient, &kGcd,       &kBitcast}) {
    ops.Add(*op);
  }
}

}  // namespace tricorn::ops
