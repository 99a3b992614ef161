#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/pooling/pool_window.h"

namespace tricorn::keras::layers {

// The mean of each window; padding does not count.
// Inputs:   x (batch, spatial..., channels) or (batch, channels, spatial...), f16|bf16|f32|f64.
// Outputs:  y, spatial axes by strides.
// Errors:   InvalidArgument for sizes below 1 and a window that does not fit.
// Source:   Keras 3 `AveragePooling1D`, `AveragePooling2D`, `AveragePooling3D`.
template <typename Derived, int N>
class AveragePooling : public LayerWith<Derived, PoolingConfig<N>> {
 public:
  using LayerWith<Derived, PoolingConfig<N>>::LayerWith;

  Json GetConfig() const override;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
};

class AveragePooling1D : public AveragePooling<AveragePooling1D, 1> {
 public:
  static constexpr std::string_view kClassName = "AveragePooling1D";
  using AveragePooling::AveragePooling;
};

class AveragePooling2D : public AveragePooling<AveragePooling2D, 2> {
 public:
  static constexpr std::string_view kClassName = "AveragePooling2D";
  using AveragePooling::AveragePooling;
};

class AveragePooling3D : public AveragePooling<AveragePooling3D, 3> {
 public:
  static constexpr std::string_view kClassName = "AveragePooling3D";
  using AveragePooling::AveragePooling;
};

}  // namespace tricorn::keras::layers

namespace tricorn::keras {
using AveragePooling1D = LayerOf<layers::AveragePooling1D>;
using AveragePooling2D = LayerOf<layers::AveragePooling2D>;
using AveragePooling3D = LayerOf<layers::AveragePooling3D>;
}  // namespace tricorn::keras
