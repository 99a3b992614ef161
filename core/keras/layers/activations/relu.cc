#include "core/keras/layers/activations/relu.h"

#include "core/ops/nn/nn.h"

namespace tricorn::keras::layers {

absl::Status ReLU::BuildFrom(std::span<const SymbolicType>) {
  if (config_.max_value.value_or(0) >= 0 && config_.negative_slope >= 0 && config_.threshold >= 0) {
    return absl::OkStatus();
  }
  return InvalidArgument(
      "expected max_value, negative_slope and threshold of at least 0, received {}, {}, {}",
      config_.max_value.value_or(0), config_.negative_slope, config_.threshold);
}

ir::Value ReLU::Call(CallContext&, ir::Value x) {
  return ops::Relu(x, config_.negative_slope, config_.max_value, config_.threshold);
}

}  // namespace tricorn::keras::layers
