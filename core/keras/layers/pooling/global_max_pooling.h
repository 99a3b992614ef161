#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/pooling/global_pooling.h"

namespace tricorn::keras::layers {

// The greatest over all positions.
// Inputs:   x (batch, spatial..., channels) or (batch, channels, spatial...), f16|bf16|f32|f64.
// Outputs:  y (batch, channels); with keepdims, spatial axes of length 1.
// Source:   Keras 3 `GlobalMaxPooling1D`, `GlobalMaxPooling2D`, `GlobalMaxPooling3D`.
template <typename Derived, int N>
class GlobalMaxPooling : public LayerWith<Derived, GlobalPoolingConfig> {
 public:
  using LayerWith<Derived, GlobalPoolingConfig>::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
};

class GlobalMaxPooling1D : public GlobalMaxPooling<GlobalMaxPooling1D, 1> {
 public:
  static constexpr std::string_view kClassName = "GlobalMaxPooling1D";
  using GlobalMaxPooling::GlobalMaxPooling;
};

class GlobalMaxPooling2D : public GlobalMaxPooling<GlobalMaxPooling2D, 2> {
 public:
  static constexpr std::string_view kClassName = "GlobalMaxPooling2D";
  using GlobalMaxPooling::GlobalMaxPooling;
};

class GlobalMaxPooling3D : public GlobalMaxPooling<GlobalMaxPooling3D, 3> {
 public:
  static constexpr std::string_view kClassName = "GlobalMaxPooling3D";
  using GlobalMaxPooling::GlobalMaxPooling;
};

}  // namespace tricorn::keras::layers

namespace tricorn::keras {
using GlobalMaxPooling1D = LayerOf<layers::GlobalMaxPooling1D>;
using GlobalMaxPooling2D = LayerOf<layers::GlobalMaxPooling2D>;
using GlobalMaxPooling3D = LayerOf<layers::GlobalMaxPooling3D>;
}  // namespace tricorn::keras
