#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/pooling/global_pooling.h"

namespace tricorn::keras::layers {

// The mean over all positions; in 1D over those that the mask lets through.
// Inputs:   x (batch, spatial..., channels) or (batch, channels, spatial...), f16|bf16|f32|f64; 1D:
// a mask. Outputs:  y (batch, channels); with keepdims, spatial axes of length 1. Source:   Keras 3
// `GlobalAveragePooling1D`, `GlobalAveragePooling2D`, `GlobalAveragePooling3D`.
template <typename Derived, int N>
class GlobalAveragePooling : public LayerWith<Derived, GlobalPoolingConfig> {
 public:
  using LayerWith<Derived, GlobalPoolingConfig>::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
};

class GlobalAveragePooling1D : public GlobalAveragePooling<GlobalAveragePooling1D, 1> {
 public:
  static constexpr std::string_view kClassName = "GlobalAveragePooling1D";
  using GlobalAveragePooling::GlobalAveragePooling;
};

class GlobalAveragePooling2D : public GlobalAveragePooling<GlobalAveragePooling2D, 2> {
 public:
  static constexpr std::string_view kClassName = "GlobalAveragePooling2D";
  using GlobalAveragePooling::GlobalAveragePooling;
};

class GlobalAveragePooling3D : public GlobalAveragePooling<GlobalAveragePooling3D, 3> {
 public:
  static constexpr std::string_view kClassName = "GlobalAveragePooling3D";
  using GlobalAveragePooling::GlobalAveragePooling;
};

}  // namespace tricorn::keras::layers

namespace tricorn::keras {
using GlobalAveragePooling1D = LayerOf<layers::GlobalAveragePooling1D>;
using GlobalAveragePooling2D = LayerOf<layers::GlobalAveragePooling2D>;
using GlobalAveragePooling3D = LayerOf<layers::GlobalAveragePooling3D>;
}  // namespace tricorn::keras
