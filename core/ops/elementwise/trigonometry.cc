#include "core/ops/elementwise/declare.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::ops {

using elementwise::Apply;
using elementwise::Domain;
using elementwise::Unary;

const OpDef kSin = Unary("sin", "y = sin x", Domain::kFloating,
                         [](Value x, Value, Value dy) { return dy * Cos(x); });
const OpDef kCos = Unary("cos", "y = cos x", Domain::kFloating,
                         [](Value x, Value, Value dy) { return -dy * Sin(x); });
const OpDef kTan = Unary("tan", "y = tan x", Domain::kFloating,
                         [](Value, Value y, Value dy) { return dy * (1 + Square(y)); });
const OpDef kArcsin = Unary("arcsin", "y in [-pi/2, pi/2], sin y = x", Domain::kFloating,
                            [](Value x, Value, Value dy) { return dy * Rsqrt(1 - Square(x)); });
const OpDef kArccos = Unary("arccos", "y in [0, pi], cos y = x", Domain::kFloating,
                            [](Value x, Value, Value dy) { return -dy * Rsqrt(1 - Square(x)); });
const OpDef kArctan = Unary("arctan", "y in (-pi/2, pi/2), tan y = x", Domain::kFloating,
                            [](Value x, Value, Value dy) { return dy / (1 + Square(x)); });

const OpDef kSinh = Unary("sinh", "y = (e^x - e^-x) / 2", Domain::kFloating,
                          [](Value x, Value, Value dy) { return dy * Cosh(x); });
const OpDef kCosh = Unary("cosh", "y = (e^x + e^-x) / 2", Domain::kFloating,
                          [](Value x, Value, Value dy) { return dy * Sinh(x); });
const OpDef kTanh = Unary("tanh", "y = sinh x / cosh x", Domain::kFloating,
                          [](Value, Value y, Value dy) { return dy * (1 - Square(y)); });
const OpDef kArcsinh = Unary("arcsinh", "sinh y = x", Domain::kFloating,
                             [](Value x, Value, Value dy) { return dy * Rsqrt(Square(x) + 1); });
const OpDef kArccosh = Unary("arccosh", "y >= 0, cosh y = x", Domain::kFloating,
                             [](Value x, Value, Value dy) { return dy * Rsqrt(Square(x) - 1); });
const OpDef kArctanh = Unary("arctanh", "tanh y = x", Domain::kFloating,
                             [](Value x, Value, Value dy) { return dy / (1 - Square(x)); });

Value Sin(Value x) { return Apply(kSin, x, true); }
Value Cos(Value x) { return Apply(kCos, x, true); }
Value Tan(Value x) { return Apply(kTan, x, true); }
Value Arcsin(Value x) { return Apply(kArcsin, x, true); }
Value Arccos(Value x) { return Apply(kArccos, x, true); }
Value Arctan(Value x) { return Apply(kArctan, x, true); }
Value Sinh(Value x) { return Apply(kSinh, x, true); }
Value Cosh(Value x) { return Apply(kCosh, x, true); }
Value Tanh(Value x) { return Apply(kTanh, x, true); }
Value Arcsinh(Value x) { return Apply(kArcsinh, x, true); }
Value Arccosh(Value x) { return Apply(kArccosh, x, true); }
Value Arctanh(Value x) { return Apply(kArctanh, x, true); }

}  // namespace tricorn::ops
