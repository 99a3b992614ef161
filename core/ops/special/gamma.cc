#include "core/ops/elementwise/declare.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/special/special.h"

namespace tricorn::ops {

using elementwise::Apply;
using elementwise::Binary;
using elementwise::Domain;
using elementwise::Unary;

const OpDef kLgamma = Unary("lgamma", "y = ln |Gamma(x)|", Domain::kFloating,
                            [](Value x, Value, Value dy) { return dy * Digamma(x); });
const OpDef kDigamma = Unary("digamma", "y = Gamma'(x) / Gamma(x)", Domain::kFloating, nullptr);

const OpDef kGammainc =
    Binary("gammainc", "P(a, x) = integral of t^(a-1) e^-t from 0 to x, over Gamma(a)",
           Domain::kFloating, [](Value a, Value x, Value, Value dy) {
             const Value order = dy.builder().Add(kGammaincOrder, {{a, x}});
             return Grads{dy * order, dy * Exp((a - 1) * Log(x) - x - Lgamma(a))};
           });
const OpDef kGammaincOrder =
    Binary("gammainc_order", "the derivative of P(a, x) in a", Domain::kFloating, nullptr);

Value Lgamma(Value x) { return Apply(kLgamma, x, true); }
Value Digamma(Value x) { return Apply(kDigamma, x, true); }

Value Gammainc(Arg a, Arg x) {
  Values y = Unify({{a, x}});
  for (Value& value : y) {
    if (!IsFloating(value.dtype())) value = Cast(value, DType::kF32);
  }
  return y[0].builder().Add(kGammainc, y);
}

void RegisterSpecial(OpRegistry& ops) {
  for (const OpDef* op : {&kLgamma, &kDigamma, &kGammainc, &kGammaincOrder}) ops.Add(*op);
}

}  // namespace tricorn::ops
