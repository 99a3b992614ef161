#include <numbers>

#include "core/ops/elementwise/declare.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::ops {

using elementwise::Apply;
using elementwise::Domain;
using elementwise::Predicate;
using elementwise::Unary;

// -- Numbers ------------------------------------------------------------------------------------

const OpDef kNegative =
    Unary("negative", "y = -x", Domain::kNumber, [](Value, Value, Value dy) { return -dy; });
const OpDef kAbsolute = Unary("absolute", "y = |x|; gradient 0 at 0", Domain::kNumber,
                              [](Value x, Value, Value dy) { return dy * Sign(x); });
const OpDef kSign = Unary("sign", "y = -1, 0 or 1; NaN stays", Domain::kNumber, nullptr);
const OpDef kSquare = Unary("square", "y = x^2", Domain::kNumber,
                            [](Value x, Value, Value dy) { return dy * (2 * x); });

Value Negative(Value x) { return Apply(kNegative, x); }
Value Absolute(Value x) { return x.dtype() == DType::kBool ? x : Apply(kAbsolute, x); }
Value Sign(Value x) { return Apply(kSign, x); }
Value Square(Value x) {
  return Apply(kSquare, x.dtype() == DType::kBool ? Cast(x, DType::kI32) : x);
}

// -- Exponentials and roots ---------------------------------------------------------------------

const OpDef kExp =
    Unary("exp", "y = e^x", Domain::kFloating, [](Value, Value y, Value dy) { return dy * y; });
const OpDef kExpm1 = Unary("expm1", "y = e^x - 1, exact near 0", Domain::kFloating,
                           [](Value, Value y, Value dy) { return dy * (y + 1); });
const OpDef kLog =
    Unary("log", "y = ln x", Domain::kFloating, [](Value x, Value, Value dy) { return dy / x; });
const OpDef kLog1p = Unary("log1p", "y = ln(1 + x), exact near 0", Domain::kFloating,
                           [](Value x, Value, Value dy) { return dy / (x + 1); });
const OpDef kSqrt = Unary("sqrt", "y = x^(1/2)", Domain::kFloating,
                          [](Value, Value y, Value dy) { return dy * 0.5 / y; });
const OpDef kRsqrt = Unary("rsqrt", "y = x^(-1/2)", Domain::kFloating,
                           [](Value x, Value y, Value dy) { return dy * -0.5 * y / x; });
const OpDef kErf = Unary(
    "erf", "y = 2/sqrt(pi) * integral of exp(-t^2) from 0 to x", Domain::kFloating,
    [](Value x, Value, Value dy) { return dy * (2 * std::numbers::inv_sqrtpi) * Exp(-Square(x)); });
const OpDef kSigmoid = Unary("sigmoid", "y = 1 / (1 + e^-x)", Domain::kFloating,
                             [](Value, Value y, Value dy) { return dy * y * (1 - y); });

Value Exp(Value x) { return Apply(kExp, x, true); }
Value Expm1(Value x) { return Apply(kExpm1, x, true); }
Value Log(Value x) { return Apply(kLog, x, true); }
Value Log1p(Value x) { return Apply(kLog1p, x, true); }
Value Sqrt(Value x) { return Apply(kSqrt, x, true); }
Value Rsqrt(Value x) { return Apply(kRsqrt, x, true); }
Value Reciprocal(Value x) { return 1 / x; }
Value Erf(Value x) { return Apply(kErf, x, true); }
Value Sigmoid(Value x) { return Apply(kSigmoid, x, true); }

// -- Rounding -----------------------------------------------------------------------------------

const OpDef kFloor = Unary("floor", "the greatest integer <= x", Domain::kFloating, nullptr);
const OpDef kCeil = Unary("ceil", "the least integer >= x", Domain::kFloating, nullptr);
const OpDef kRound =
    Unary("round", "the nearest integer, halves to even", Domain::kFloating, nullptr);
const OpDef kTrunc = Unary("trunc", "the integer part", Domain::kFloating, nullptr);

// As Keras: floor and ceil of integers are float32, round and trunc leave them.
Value Floor(Value x) { return Apply(kFloor, x, true); }
Value Ceil(Value x) { return Apply(kCeil, x, true); }
Value Round(Value x) { return IsFloating(x.dtype()) ? Apply(kRound, x) : x; }
Value Trunc(Value x) { return IsFloating(x.dtype()) ? Apply(kTrunc, x) : x; }

// -- Bits and predicates ------------------------------------------------------------------------

const OpDef kBitwiseNot =
    Unary("bitwise_not", "every bit inverted; of bool: logical not", Domain::kBits, nullptr);
const OpDef kIsnan = Predicate("isnan", "whether x is NaN", Domain::kFloating);
const OpDef kIsinf = Predicate("isinf", "whether x is infinite", Domain::kFloating);
const OpDef kIsfinite =
    Predicate("isfinite", "whether x is neither infinite nor NaN", Domain::kFloating);

Value BitwiseNot(Value x) { return Apply(kBitwiseNot, x); }
Value LogicalNot(Value x) { return Apply(kBitwiseNot, Cast(x, DType::kBool)); }
Value Isnan(Value x) { return Apply(kIsnan, x, true); }
Value Isinf(Value x) { return Apply(kIsinf, x, true); }
Value Isfinite(Value x) { return Apply(kIsfinite, x, true); }

}  // namespace tricorn::ops
