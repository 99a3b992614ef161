#pragma once

#include <string>

#include "core/keras/layers/data_format.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/tuple.h"

namespace tricorn::keras {

template <int N>
struct UpSamplingConfig {
  Tuple<N> size = 2;
  DataFormat data_format = DefaultDataFormat();
  FIELDS(size, data_format)
};
struct UpSampling1DConfig {
  int64_t size = 2;
  FIELDS(size)
};
struct UpSampling2DConfig {
  Tuple<2> size = 2;
  DataFormat data_format = DefaultDataFormat();
  std::string interpolation = "nearest";
  FIELDS(size, data_format, interpolation)
};

namespace layers {

// Repeats each step `size` times.
// Inputs:   x (batch, steps, features), any dtype.   Outputs: y (batch, size * steps, features).
// Source:   Keras 3 `UpSampling1D`.
class UpSampling1D : public LayerWith<UpSampling1D, UpSampling1DConfig> {
 public:
  static constexpr std::string_view kClassName = "UpSampling1D";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
};

// Repeats rows and columns, or resizes by another interpolation than "nearest".
// Inputs:   x (batch, rows, columns, channels) or (batch, channels, rows, columns), any dtype.
// Outputs:  y, spatial axes size times as long.
// Errors:   InvalidArgument for an unknown interpolation.
// Source:   Keras 3 `UpSampling2D`.
class UpSampling2D : public LayerWith<UpSampling2D, UpSampling2DConfig> {
 public:
  static constexpr std::string_view kClassName = "UpSampling2D";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
};

// The same over three axes.   Source: Keras 3 `UpSampling3D`.
class UpSampling3D : public LayerWith<UpSampling3D, UpSamplingConfig<3>> {
 public:
  static constexpr std::string_view kClassName = "UpSampling3D";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
};

}  // namespace layers

using UpSampling1D = LayerOf<layers::UpSampling1D>;
using UpSampling2D = LayerOf<layers::UpSampling2D>;
using UpSampling3D = LayerOf<layers::UpSampling3D>;

}  // namespace tricorn::keras
