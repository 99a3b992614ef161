#pragma once

#include "core/ops/op.h"

namespace tricorn::ops {

// What an LSTM's step does after its products, in one pass. With z = x + s in four parts:
//   gates = sigmoid(z_i), sigmoid(z_f), tanh(z_g), sigmoid(z_o), side by side;
//   c' = gates_f * c + gates_i * gates_g,  h = gates_o * tanh(c').
// Operands: x and s (batch, 4 units), c (batch, units), of one floating dtype.
// Results:  h and c' (batch, units), gates (batch, 4 units).
extern const OpDef kLstmGates;
// Its gradients. Operands: gates, c, c', dh, dc'. Results: dz (batch, 4 units), dc (batch, units).
extern const OpDef kLstmGatesGradient;

// The same in terms of simpler ops: dz and dc. `dgates` comes on top of what flows through h and c'
// when it is not none.
Values LstmGatesBackward(Value gates, Value c, Value next, Value dh, Value dnext, Value dgates);

struct LstmGatesResult {
  Value h;
  Value c;
};
LstmGatesResult LstmGates(Value x, Value s, Value c);

}  // namespace tricorn::ops
