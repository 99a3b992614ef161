#include "core/keras/layers/activations/elu.h"

#include "core/ops/nn/nn.h"

namespace tricorn::keras::layers {

ir::Value ELU::Call(CallContext&, ir::Value x) { return ops::Elu(x, config_.alpha); }

}  // namespace tricorn::keras::layers
