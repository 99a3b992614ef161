#pragma once

#include "core/ops/op.h"

// All steps of an LSTM as one op, so that a backend may keep the weights at hand between steps.

namespace tricorn::ops {

struct LstmAttrs {
  bool reverse = false;  // from the last step to the first
  FIELDS(reverse)
};
// For each t, with z = z_t + h_before U in four parts, as lstm_gates has it:
//   c_t = sigmoid(z_f) c_before + sigmoid(z_i) tanh(z_g),  h_t = sigmoid(z_o) tanh(c_t).
// Operands: z (steps, batch, 4 units), h and c before the first step (batch, units), U (units,
// 4 units), of one floating dtype.
// Results:  h and c after the last step; h_t, c_t (steps, batch, units) and the gates (steps,
// batch, 4 units) of all steps, in the order of t.
extern const OpDef kLstm;

struct LstmGradientAttrs {
  bool reverse = false;  // the op's
  bool has_sequence_gradient = false;
  FIELDS(reverse, has_sequence_gradient)
};
// Operands: U, c before the first step, c_t, gates, the gradients of the last h and c and, if
// has_sequence_gradient, of h_t. Results: the gradients in z, and in h and c before the first step.
extern const OpDef kLstmGradient;

struct LstmResult {
  Value h, c;      // the last ones
  Value sequence;  // (steps, batch, units)
};
LstmResult Lstm(Value z, Value h, Value c, Value kernel, bool reverse);

}  // namespace tricorn::ops
