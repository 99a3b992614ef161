#include "core/keras/losses/ctc.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras {

using ir::Value;

Value CTC::Call(Value y_true, Value y_pred) const {
  ir::Builder& builder = y_pred.builder();
  if (y_true.rank() != 2 || y_pred.rank() != 3) {
    builder.SetError(InvalidArgument(
        "expected labels (batch, length) and logits (batch, frames, classes), received {} and {}",
        y_true.type().ToString(), y_pred.type().ToString()));
    return y_pred;
  }
  const Value labels = ops::Cast(y_true, DType::kI32);
  const Value lengths = ops::Sum(ops::Cast(ops::NotEqual(labels, 0), DType::kI32), {1});
  return ops::CtcLoss(labels, y_pred, lengths, Value());
}

void RegisterCTC(Registry<Loss>& registry) {
  registry.Add<CTC>();
  registry.Add<CTC>("ctc");
}

}  // namespace tricorn::keras
