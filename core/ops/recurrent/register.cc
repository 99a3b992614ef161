#include "core/ops/op.h"
#include "core/ops/recurrent/lstm.h"
#include "core/ops/recurrent/lstm_gates.h"

namespace tricorn::ops {

void RegisterRecurrent(OpRegistry& ops) {
  for (const OpDef* op : {&kLstm, &kLstmGradient, &kLstmGates, &kLstmGatesGradient}) ops.Add(*op);
}

}  // namespace tricorn::ops
