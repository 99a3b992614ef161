#pragma once

#include <vector>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/serialization/axis_or_axes.h"

namespace tricorn::keras {

struct LayerNormalizationConfig {
  AxisOrAxes axis = -1;
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  bool rms_scaling = false;
  InitializerRef beta_initializer = "zeros";
  InitializerRef gamma_initializer = "ones";
  RegularizerRef beta_regularizer = nullptr;
  RegularizerRef gamma_regularizer = nullptr;
  ConstraintRef beta_constraint = nullptr;
  ConstraintRef gamma_constraint = nullptr;
  FIELDS(axis, epsilon, center, scale, rms_scaling, beta_initializer, gamma_initializer,
         beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint)
};

namespace layers {

// y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, with the statistics of each sample over
// `axis`.
// Inputs:   x (batch, ...), f16|bf16|f32|f64.   Outputs: y, as x.
// Weights:  gamma, beta, of x's lengths along axis.
// Errors:   InvalidArgument for unknown lengths; Unimplemented for rms_scaling.
// Source:   Ba et al. 2016; Keras 3 `LayerNormalization`.
class LayerNormalization : public LayerWith<LayerNormalization, LayerNormalizationConfig> {
 public:
  static constexpr std::string_view kClassName = "LayerNormalization";
  using LayerWith::LayerWith;

  // `axis` as Keras writes it once built: a list.
  Json GetConfig() const override;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }

 private:
  std::vector<int64_t> axes_;  // increasing
  const Variable* gamma_ = nullptr;
  const Variable* beta_ = nullptr;
};

}  // namespace layers

using LayerNormalization = LayerOf<layers::LayerNormalization>;

}  // namespace tricorn::keras
