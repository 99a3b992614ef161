#include "core/keras/layers/regularization/dropout.h"

#include "core/keras/layers/regularization/noise.h"
#include "core/ops/nn/nn.h"

namespace tricorn::keras::layers {

absl::Status Dropout::BuildFrom(std::span<const SymbolicType>) {
  RETURN_IF_ERROR(CheckRate(config_.rate));
  if (config_.rate > 0) seed_ = AddSeed(config_.seed);
  return absl::OkStatus();
}

ir::Value Dropout::Call(CallContext& context, ir::Value x) {
  if (!context.training() || config_.rate == 0) return x;
  return ops::Dropout(x, context.NextSeed(*seed_), config_.rate,
                      NoiseShape(config_.noise_shape, x.shape()));
}

}  // namespace tricorn::keras::layers
