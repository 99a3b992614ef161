#include "core/keras/layers/merging/maximum.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {

ir::Value Maximum::Combine(ir::Operands inputs) const {
  ir::Value y = inputs[0];
  for (const ir::Value& x : inputs.subspan(1)) y = ops::Maximum(y, x);
  return y;
}

ir::Value Maximum::CombineMasked(CallContext& context, ir::Operands inputs) const {
  return FoldWhereValid(context, inputs,
                        [](ir::Value a, ir::Value b) { return ops::Maximum(a, b); });
}

}  // namespace tricorn::keras::layers
