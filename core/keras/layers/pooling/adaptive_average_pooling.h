#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/pooling/adaptive_pooling_config.h"

namespace tricorn::keras::layers {

// The mean of windows that cut each spatial axis into output_size parts, as equal as can be.
// Inputs:   x (batch, spatial..., channels) or (batch, channels, spatial...), f16|bf16|f32|f64.
// Outputs:  y, spatial axes of lengths output_size.
// Errors:   InvalidArgument unless output_size is within [1, length].
// Source:   Keras 3 `AdaptiveAveragePooling1D`, `AdaptiveAveragePooling2D`,
// `AdaptiveAveragePooling3D`.
template <typename Derived, int N>
class AdaptiveAveragePooling : public LayerWith<Derived, AdaptivePoolingConfig<N>> {
 public:
  using LayerWith<Derived, AdaptivePoolingConfig<N>>::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
};

class AdaptiveAveragePooling1D : public AdaptiveAveragePooling<AdaptiveAveragePooling1D, 1> {
 public:
  static constexpr std::string_view kClassName = "AdaptiveAveragePooling1D";
  using AdaptiveAveragePooling::AdaptiveAveragePooling;
};

class AdaptiveAveragePooling2D : public AdaptiveAveragePooling<AdaptiveAveragePooling2D, 2> {
 public:
  static constexpr std::string_view kClassName = "AdaptiveAveragePooling2D";
  using AdaptiveAveragePooling::AdaptiveAveragePooling;
};

class AdaptiveAveragePooling3D : public AdaptiveAveragePooling<AdaptiveAveragePooling3D, 3> {
 public:
  static constexpr std::string_view kClassName = "AdaptiveAveragePooling3D";
  using AdaptiveAveragePooling::AdaptiveAveragePooling;
};

}  // namespace tricorn::keras::layers

namespace tricorn::keras {
using AdaptiveAveragePooling1D = LayerOf<layers::AdaptiveAveragePooling1D>;
using AdaptiveAveragePooling2D = LayerOf<layers::AdaptiveAveragePooling2D>;
using AdaptiveAveragePooling3D = LayerOf<layers::AdaptiveAveragePooling3D>;
}  // namespace tricorn::keras
