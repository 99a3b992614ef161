#include "core/keras/layers/merging/subtract.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {

ir::Value Subtract::Combine(ir::Operands inputs) const { return inputs[0] - inputs[1]; }

}  // namespace tricorn::keras::layers
