#pragma once

#include "core/ops/op.h"

namespace tricorn::ops {

struct AdamAttrs {
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  FIELDS(beta_1, beta_2, epsilon)
};
// One update of a variable by its gradient:
//   m' = m + (g - m) (1 - beta_1),  v' = v + (g^2 - v) (1 - beta_2)
//   variable' = variable - m' rate / (sqrt(v') + epsilon)
// Operands: variable, g, m, v of one floating type, rate, a scalar of its dtype.
// Results: variable', m', v'.  Source: Kingma and Ba 2015, in Keras's order of operations.
extern const OpDef kAdam;

struct AdamResult {
  Value variable;
  Value momentum;
  Value velocity;
};
AdamResult Adam(Value variable, Value gradient, Value momentum, Value velocity, Value rate,
                const AdamAttrs& attrs);

}  // namespace tricorn::ops
