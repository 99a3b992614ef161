#pragma once

#include <optional>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct GaussianNoiseConfig {
  double stddev = 0.0;
  std::optional<int64_t> seed = std::nullopt;
  FIELDS(stddev, seed)
};

namespace layers {

// y = x + n,  n ~ Normal(0, stddev) while training;   y = x otherwise
// Inputs:   x (any shape), f16|bf16|f32|f64.   Outputs: y, as x.
// State:    seed (2,) u32, advanced by one per training call.
// Errors:   InvalidArgument if stddev is outside [0, 1].
// Source:   Keras 3 `GaussianNoise`.
class GaussianNoise : public LayerWith<GaussianNoise, GaussianNoiseConfig> {
 public:
  static constexpr std::string_view kClassName = "GaussianNoise";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }

 private:
  const Variable* seed_ = nullptr;
};

}  // namespace layers

using GaussianNoise = LayerOf<layers::GaussianNoise>;

}  // namespace tricorn::keras
