#include "core/keras/layers/merging/minimum.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {

ir::Value Minimum::Combine(ir::Operands inputs) const {
  ir::Value y = inputs[0];
  for (const ir::Value& x : inputs.subspan(1)) y = ops::Minimum(y, x);
  return y;
}

ir::Value Minimum::CombineMasked(CallContext& context, ir::Operands inputs) const {
  return FoldWhereValid(context, inputs,
                        [](ir::Value a, ir::Value b) { return ops::Minimum(a, b); });
}

}  // namespace tricorn::keras::layers
