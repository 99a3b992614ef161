#include "core/keras/layers/regularization/spatial_dropout.h"

#include "core/keras/layers/input_checks.h"
#include "core/keras/layers/regularization/noise.h"
#include "core/ops/nn/nn.h"

namespace tricorn::keras::layers {

// Of the common arguments Keras's class takes no `trainable`; SpatialDropout1D has no data_format.
template <typename Derived, int N>
Json SpatialDropout<Derived, N>::GetConfig() const {
  Json config = LayerWith<Derived, SpatialDropoutConfig<N>>::GetConfig();
  config.Erase("trainable");
  if (N == 1) config.Erase("data_format");
  return config;
}

template <typename Derived, int N>
absl::Status SpatialDropout<Derived, N>::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(CheckRate(this->config_.rate));
  if (this->config_.rate > 0) seed_ = this->AddSeed(this->config_.seed);
  return ExpectRank(inputs, N + 2);
}

template <typename Derived, int N>
ir::Value SpatialDropout<Derived, N>::Call(CallContext& context, ir::Value x) {
  if (!context.training() || this->config_.rate == 0) return x;
  Shape noise = x.shape();
  for (int i = 0; i < N; ++i) noise[FirstSpatialAxis(this->config_.data_format) + i] = 1;
  return ops::Dropout(x, context.NextSeed(*seed_), this->config_.rate, noise);
}

template class SpatialDropout<SpatialDropout1D, 1>;
template class SpatialDropout<SpatialDropout2D, 2>;
template class SpatialDropout<SpatialDropout3D, 3>;

}  // namespace tricorn::keras::layers
