#pragma once

#include "core/keras/layers/data_format.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/reshaping/margins.h"

namespace tricorn::keras {

template <int N>
struct CroppingConfig {
  Margins<N> cropping = N == 2 ? 0 : 1;
  DataFormat data_format = DefaultDataFormat();
  FIELDS(cropping, data_format)
};

namespace layers {

// Cuts the ends of the spatial axes off.
// Inputs:   x (batch, spatial..., channels) or (batch, channels, spatial...), any dtype.
// Outputs:  y, each spatial axis shorter by both its croppings.
// Errors:   InvalidArgument for a negative cropping, or one that leaves nothing.
// Source:   Keras 3 `Cropping1D`, `Cropping2D`, `Cropping3D`.
template <typename Derived, int N>
class Cropping : public LayerWith<Derived, CroppingConfig<N>> {
 public:
  using LayerWith<Derived, CroppingConfig<N>>::LayerWith;

  Json GetConfig() const override;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
};

class Cropping1D : public Cropping<Cropping1D, 1> {
 public:
  static constexpr std::string_view kClassName = "Cropping1D";
  using Cropping::Cropping;
};

class Cropping2D : public Cropping<Cropping2D, 2> {
 public:
  static constexpr std::string_view kClassName = "Cropping2D";
  using Cropping::Cropping;
};

class Cropping3D : public Cropping<Cropping3D, 3> {
 public:
  static constexpr std::string_view kClassName = "Cropping3D";
  using Cropping::Cropping;
};

}  // namespace layers

using Cropping1D = LayerOf<layers::Cropping1D>;
using Cropping2D = LayerOf<layers::Cropping2D>;
using Cropping3D = LayerOf<layers::Cropping3D>;

}  // namespace tricorn::keras
