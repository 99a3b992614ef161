#include "core/keras/layers/merging/add.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {

ir::Value Add::Combine(ir::Operands inputs) const {
  ir::Value y = inputs[0];
  for (const ir::Value& x : inputs.subspan(1)) y = y + x;
  return y;
}

}  // namespace tricorn::keras::layers
