#include "core/keras/layers/regularization/stochastic_depth.h"

#include "core/keras/layers/input_checks.h"
#include "core/keras/layers/regularization/noise.h"
#include "core/ops/nn/nn.h"

namespace tricorn::keras::layers {

absl::Status StochasticDepth::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(ExpectMinRank(inputs, 1));
  RETURN_IF_ERROR(CheckRate(config_.drop_path_rate));
  seed_ = AddSeed(std::nullopt);
  return absl::OkStatus();
}

ir::Value StochasticDepth::Call(CallContext& context, ir::Value x) {
  if (!context.training() || config_.drop_path_rate == 0) return x;
  Shape samples(std::vector<int64_t>(x.shape().rank(), 1));
  samples[0] = x.shape()[0];
  return ops::Dropout(x, context.NextSeed(*seed_), config_.drop_path_rate, samples);
}

}  // namespace tricorn::keras::layers
