#pragma once

#include "core/keras/layers/data_format.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/reshaping/margins.h"

namespace tricorn::keras {

template <int N>
struct ZeroPaddingConfig {
  Margins<N> padding = 1;
  DataFormat data_format = DefaultDataFormat();
  FIELDS(padding, data_format)
};

namespace layers {

// Zeros around the spatial axes.
// Inputs:   x (batch, spatial..., channels) or (batch, channels, spatial...), any dtype.
// Outputs:  y, each spatial axis longer by both its paddings.
// Errors:   InvalidArgument for a negative padding.
// Source:   Keras 3 `ZeroPadding1D`, `ZeroPadding2D`, `ZeroPadding3D`.
template <typename Derived, int N>
class ZeroPadding : public LayerWith<Derived, ZeroPaddingConfig<N>> {
 public:
  using LayerWith<Derived, ZeroPaddingConfig<N>>::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
};

class ZeroPadding1D : public ZeroPadding<ZeroPadding1D, 1> {
 public:
  static constexpr std::string_view kClassName = "ZeroPadding1D";
  using ZeroPadding::ZeroPadding;
};

class ZeroPadding2D : public ZeroPadding<ZeroPadding2D, 2> {
 public:
  static constexpr std::string_view kClassName = "ZeroPadding2D";
  using ZeroPadding::ZeroPadding;
};

class ZeroPadding3D : public ZeroPadding<ZeroPadding3D, 3> {
 public:
  static constexpr std::string_view kClassName = "ZeroPadding3D";
  using ZeroPadding::ZeroPadding;
};

}  // namespace layers

using ZeroPadding1D = LayerOf<layers::ZeroPadding1D>;
using ZeroPadding2D = LayerOf<layers::ZeroPadding2D>;
using ZeroPadding3D = LayerOf<layers::ZeroPadding3D>;

}  // namespace tricorn::keras
