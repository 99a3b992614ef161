#include "core/keras/layers/regularization/gaussian_dropout.h"

#include <cmath>

#include "core/keras/layers/regularization/noise.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"

namespace tricorn::keras::layers {

absl::Status GaussianDropout::BuildFrom(std::span<const SymbolicType>) {
  RETURN_IF_ERROR(CheckRate(config_.rate));
  if (config_.rate > 0) seed_ = AddSeed(config_.seed);
  return absl::OkStatus();
}

ir::Value GaussianDropout::Call(CallContext& context, ir::Value x) {
  if (!context.training() || config_.rate == 0) return x;
  const double stddev = std::sqrt(config_.rate / (1 - config_.rate));
  return x * ops::RandomNormal(context.NextSeed(*seed_), x.type(), 1, stddev);
}

}  // namespace tricorn::keras::layers
