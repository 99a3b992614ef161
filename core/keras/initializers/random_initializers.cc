#include "core/keras/initializers/random_initializers.h"

#include "core/keras/initializers/distributions.h"
#include "core/keras/initializers/fill.h"

namespace tricorn::keras {

absl::StatusOr<Tensor> RandomUniform::Make(const Shape& shape, DType dtype, uint64_t stream) const {
  PhiloxStream draws = StreamOf(config_.seed, stream);
  const double range = config_.maxval - config_.minval;
  return Fill(shape, dtype, [&] { return config_.minval + range * draws.UniformDouble(); });
}

absl::StatusOr<Tensor> RandomNormal::Make(const Shape& shape, DType dtype, uint64_t stream) const {
  NormalDraws draws(StreamOf(config_.seed, stream));
  return Fill(shape, dtype, [&] { return config_.mean + config_.stddev * draws.Next(); });
}

absl::StatusOr<Tensor> TruncatedNormal::Make(const Shape& shape, DType dtype,
                                             uint64_t stream) const {
  NormalDraws draws(StreamOf(config_.seed, stream));
  return Fill(shape, dtype, [&] { return config_.mean + config_.stddev * draws.NextTruncated(); });
}

}  // namespace tricorn::keras
