#include "core/keras/layers/merging/multiply.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

ir::Value Multiply::Combine(ir::Operands inputs) const {
  ir::Value y = inputs[0];
  for (const ir::Value& x : inputs.subspan(1)) y = y * x;
  return y;
}

ir::Value Multiply::CombineMasked(CallContext& context, ir::Operands inputs) const {
  ir::Value y;
  ir::Value any;  // where some input is valid; none when an input has no mask
  bool all_masked = true;
  for (ir::Value x : inputs) {
    ir::Value mask = context.MaskOf(x);
    all_masked &= static_cast<bool>(mask);
    if (mask) {
      mask = ops::BroadcastTo(ops::ExpandDims(mask, {-1}), x.shape());
      x = ops::Where(mask, x, 1);
      any = any ? ops::LogicalOr(any, mask) : mask;
    }
    y = y ? y * x : x;
  }
  if (!all_masked) return y;
  y = ops::Where(any, y, 0);
  context.SetMask(y, ops::Any(any, {-1}));
  return y;
}

}  // namespace tricorn::keras::layers
