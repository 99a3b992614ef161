#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/pooling/pool_window.h"

namespace tricorn::keras::layers {

// The greatest of each window; padding never wins.
// Inputs:   x (batch, spatial..., channels) or (batch, channels, spatial...), f16|bf16|f32|f64.
// Outputs:  y, spatial axes by strides.
// Errors:   InvalidArgument for sizes below 1 and a window that does not fit.
// Source:   Keras 3 `MaxPooling1D`, `MaxPooling2D`, `MaxPooling3D`.
template <typename Derived, int N>
class MaxPooling : public LayerWith<Derived, PoolingConfig<N>> {
 public:
  using LayerWith<Derived, PoolingConfig<N>>::LayerWith;

  Json GetConfig() const override;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
};

class MaxPooling1D : public MaxPooling<MaxPooling1D, 1> {
 public:
  static constexpr std::string_view kClassName = "MaxPooling1D";
  using MaxPooling::MaxPooling;
};

class MaxPooling2D : public MaxPooling<MaxPooling2D, 2> {
 public:
  static constexpr std::string_view kClassName = "MaxPooling2D";
  using MaxPooling::MaxPooling;
};

class MaxPooling3D : public MaxPooling<MaxPooling3D, 3> {
 public:
  static constexpr std::string_view kClassName = "MaxPooling3D";
  using MaxPooling::MaxPooling;
};

}  // namespace tricorn::keras::layers

namespace tricorn::keras {
using MaxPooling1D = LayerOf<layers::MaxPooling1D>;
using MaxPooling2D = LayerOf<layers::MaxPooling2D>;
using MaxPooling3D = LayerOf<layers::MaxPooling3D>;
}  // namespace tricorn::keras
