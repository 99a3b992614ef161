#include "core/keras/layers/regularization/gaussian_noise.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"

namespace tricorn::keras::layers {

absl::Status GaussianNoise::BuildFrom(std::span<const SymbolicType>) {
  if (config_.stddev < 0 || config_.stddev > 1) {
    return InvalidArgument("stddev: expected a number within [0, 1], received {}", config_.stddev);
  }
  if (config_.stddev > 0) seed_ = AddSeed(config_.seed);
  return absl::OkStatus();
}

ir::Value GaussianNoise::Call(CallContext& context, ir::Value x) {
  if (!context.training() || config_.stddev == 0) return x;
  return x + ops::RandomNormal(context.NextSeed(*seed_), x.type(), 0, config_.stddev);
}

}  // namespace tricorn::keras::layers
