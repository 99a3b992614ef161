#include "core/keras/layers/regularization/alpha_dropout.h"

#include <cmath>

#include "core/keras/layers/regularization/noise.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"

namespace tricorn::keras::layers {
namespace {

// The limit of SELU at minus infinity: -alpha * scale.
constexpr double kNegativeLimit = -1.6732632423543772 * 1.0507009873554805;

}  // namespace

absl::Status AlphaDropout::BuildFrom(std::span<const SymbolicType>) {
  RETURN_IF_ERROR(CheckRate(config_.rate));
  if (config_.rate > 0) seed_ = AddSeed(config_.seed);
  return absl::OkStatus();
}

ir::Value AlphaDropout::Call(CallContext& context, ir::Value x) {
  const double rate = config_.rate;
  if (!context.training() || rate == 0) return x;
  const ir::Value kept = ops::RandomBernoulli(context.NextSeed(*seed_),
                                              NoiseShape(config_.noise_shape, x.shape()), 1 - rate);
  const double scale = 1 / std::sqrt((1 - rate) * (1 + rate * kNegativeLimit * kNegativeLimit));
  const double shift = -scale * kNegativeLimit * rate;
  return scale * ops::Where(kept, x, kNegativeLimit) + shift;
}

}  // namespace tricorn::keras::layers
