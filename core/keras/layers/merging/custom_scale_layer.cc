#include "core/keras/layers/merging/custom_scale_layer.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {

ir::Value CustomScaleLayer::Combine(ir::Operands inputs) const {
  return inputs[0] + inputs[1] * config_.scale;
}

}  // namespace tricorn::keras::layers
