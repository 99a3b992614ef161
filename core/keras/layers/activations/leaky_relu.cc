#include "core/keras/layers/activations/leaky_relu.h"

#include "core/ops/nn/nn.h"

namespace tricorn::keras::layers {

ir::Value LeakyReLU::Call(CallContext&, ir::Value x) {
  return ops::LeakyRelu(x, config_.negative_slope);
}

}  // namespace tricorn::keras::layers
