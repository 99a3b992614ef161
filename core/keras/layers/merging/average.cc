#include "core/keras/layers/merging/average.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {

ir::Value Average::Combine(ir::Operands inputs) const {
  ir::Value y = inputs[0];
  for (const ir::Value& x : inputs.subspan(1)) y = y + x;
  return y / static_cast<int64_t>(inputs.size());
}

}  // namespace tricorn::keras::layers
