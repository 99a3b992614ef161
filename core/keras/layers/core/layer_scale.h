#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct LayerScaleConfig {
  double init_values;
  int64_t projection_dim;
  FIELDS(init_values, projection_dim)
};

namespace layers {

// y = x * gamma, gamma learned and `init_values` at first.
// Inputs:   x (batch, ..., projection_dim), f16|bf16|f32|f64.   Outputs: y, as x.
// Weights:  gamma (projection_dim,).
// Errors:   InvalidArgument for a last axis that gamma does not fit.
// Source:   Touvron et al. 2021; Keras 3 `keras.src.applications.convnext.LayerScale`.
class LayerScale : public LayerWith<LayerScale, LayerScaleConfig> {
 public:
  static constexpr std::string_view kClassName = "LayerScale";
  using LayerWith::LayerWith;
  std::string_view module() const override { return "keras.src.applications.convnext"; }
  std::string_view registered_name() const override { return kClassName; }

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;

 private:
  const Variable* gamma_ = nullptr;
};

}  // namespace layers

using LayerScale = LayerOf<layers::LayerScale>;

}  // namespace tricorn::keras
