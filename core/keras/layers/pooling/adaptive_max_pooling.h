#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/pooling/adaptive_pooling_config.h"

namespace tricorn::keras::layers {

// The greatest of windows that cut each spatial axis into output_size parts, as equal as can be.
// Inputs:   x (batch, spatial..., channels) or (batch, channels, spatial...), f16|bf16|f32|f64.
// Outputs:  y, spatial axes of lengths output_size.
// Errors:   InvalidArgument unless output_size is within [1, length].
// Source:   Keras 3 `AdaptiveMaxPooling1D`, `AdaptiveMaxPooling2D`, `AdaptiveMaxPooling3D`.
template <typename Derived, int N>
class AdaptiveMaxPooling : public LayerWith<Derived, AdaptivePoolingConfig<N>> {
 public:
  using LayerWith<Derived, AdaptivePoolingConfig<N>>::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
};

class AdaptiveMaxPooling1D : public AdaptiveMaxPooling<AdaptiveMaxPooling1D, 1> {
 public:
  static constexpr std::string_view kClassName = "AdaptiveMaxPooling1D";
  using AdaptiveMaxPooling::AdaptiveMaxPooling;
};

class AdaptiveMaxPooling2D : public AdaptiveMaxPooling<AdaptiveMaxPooling2D, 2> {
 public:
  static constexpr std::string_view kClassName = "AdaptiveMaxPooling2D";
  using AdaptiveMaxPooling::AdaptiveMaxPooling;
};

class AdaptiveMaxPooling3D : public AdaptiveMaxPooling<AdaptiveMaxPooling3D, 3> {
 public:
  static constexpr std::string_view kClassName = "AdaptiveMaxPooling3D";
  using AdaptiveMaxPooling::AdaptiveMaxPooling;
};

}  // namespace tricorn::keras::layers

namespace tricorn::keras {
using AdaptiveMaxPooling1D = LayerOf<layers::AdaptiveMaxPooling1D>;
using AdaptiveMaxPooling2D = LayerOf<layers::AdaptiveMaxPooling2D>;
using AdaptiveMaxPooling3D = LayerOf<layers::AdaptiveMaxPooling3D>;
}  // namespace tricorn::keras
