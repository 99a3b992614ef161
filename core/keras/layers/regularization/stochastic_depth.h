#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct StochasticDepthConfig {
  double drop_path_rate;
  FIELDS(drop_path_rate)
};

namespace layers {

// Zeroes a random fraction of the samples while training and rescales the rest.
// Inputs:   x (batch, ...), f16|bf16|f32|f64.   Outputs: y, as x.
// State:    seed (2,) u32, advanced by one per training call.
// Errors:   InvalidArgument if drop_path_rate is outside [0, 1).
// Source:   Huang et al. 2016; Keras 3 `keras.src.applications.convnext.StochasticDepth`.
class StochasticDepth : public LayerWith<StochasticDepth, StochasticDepthConfig> {
 public:
  static constexpr std::string_view kClassName = "StochasticDepth";
  using LayerWith::LayerWith;
  std::string_view module() const override { return "keras.src.applications.convnext"; }
  std::string_view registered_name() const override { return kClassName; }

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;

 private:
  const Variable* seed_ = nullptr;
};

}  // namespace layers

using StochasticDepth = LayerOf<layers::StochasticDepth>;

}  // namespace tricorn::keras
