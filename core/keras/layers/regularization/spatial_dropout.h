#pragma once

#include <optional>

#include "core/keras/layers/data_format.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

template <int N>
struct SpatialDropoutConfig {
  double rate = 0.0;
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  FIELDS(rate, seed, data_format)
};

namespace layers {

// Dropout of whole channels.
// Inputs:   x (batch, spatial..., channels) or (batch, channels, spatial...), f16|bf16|f32|f64.
// Outputs:  y, as x.
// State:    seed (2,) u32, advanced by one per training call.
// Errors:   InvalidArgument if rate is outside [0, 1).
// Source:   Tompson et al. 2014; Keras 3 `SpatialDropout1D`, `SpatialDropout2D`,
// `SpatialDropout3D`.
template <typename Derived, int N>
class SpatialDropout : public LayerWith<Derived, SpatialDropoutConfig<N>> {
 public:
  using LayerWith<Derived, SpatialDropoutConfig<N>>::LayerWith;

  Json GetConfig() const override;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }

 private:
  const Variable* seed_ = nullptr;
};

class SpatialDropout1D : public SpatialDropout<SpatialDropout1D, 1> {
 public:
  static constexpr std::string_view kClassName = "SpatialDropout1D";
  using SpatialDropout::SpatialDropout;
};
class SpatialDropout2D : public SpatialDropout<SpatialDropout2D, 2> {
 public:
  static constexpr std::string_view kClassName = "SpatialDropout2D";
  using SpatialDropout::SpatialDropout;
};
class SpatialDropout3D : public SpatialDropout<SpatialDropout3D, 3> {
 public:
  static constexpr std::string_view kClassName = "SpatialDropout3D";
  using SpatialDropout::SpatialDropout;
};

}  // namespace layers

using SpatialDropout1D = LayerOf<layers::SpatialDropout1D>;
using SpatialDropout2D = LayerOf<layers::SpatialDropout2D>;
using SpatialDropout3D = LayerOf<layers::SpatialDropout3D>;

}  // namespace tricorn::keras
