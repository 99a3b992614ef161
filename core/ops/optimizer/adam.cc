#include "core/ops/optimizer/adam.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::ops {

const OpDef kAdam = Op<AdamAttrs>{
    .name = "adam",
    .doc =
        "m' = m + (g - m) (1 - beta_1), v' = v + (g^2 - v) (1 - beta_2), variable' = variable - "
        "m' rate / (sqrt(v') + epsilon). Operands: variable, g, m, v, rate (scalar)",
    .infer_all = [](std::span<const Type> x, const AdamAttrs&) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectCount(x, 5));
      RETURN_IF_ERROR(ExpectFloating(x[0]));
      for (size_t i = 1; i < 4; ++i) RETURN_IF_ERROR(ExpectSameType(x[0], x[i]));
      RETURN_IF_ERROR(ExpectSameType({x[0].dtype, {}}, x[4]));
      return Types{x[0], x[0], x[0]};
    },
    .decompose_all =
        [](Operands x, const AdamAttrs& a) {
          const Value m = x[2] + (x[1] - x[2]) * (1 - a.beta_1);
          const Value v = x[3] + (Square(x[1]) - x[3]) * (1 - a.beta_2);
          return Values{x[0] - m * x[4] / (Sqrt(v) + a.epsilon), m, v};
        },
};

AdamResult Adam(Value variable, Value gradient, Value momentum, Value velocity, Value rate,
                const AdamAttrs& attrs) {
  const Values results = variable.builder().AddAll(
      kAdam, {{variable, gradient, momentum, velocity, Cast(rate, variable.dtype())}}, attrs);
  if (results.size() != 3) return {Error(variable), Error(variable), Error(variable)};
  return {results[0], results[1], results[2]};
}

void RegisterOptimizer(OpRegistry& ops) { ops.Add(kAdam); }

}  // namespace tricorn::ops
