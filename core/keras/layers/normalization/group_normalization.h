#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct GroupNormalizationConfig {
  int64_t groups = 32;
  int64_t axis = -1;
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  InitializerRef beta_initializer = "zeros";
  InitializerRef gamma_initializer = "ones";
  RegularizerRef beta_regularizer = nullptr;
  RegularizerRef gamma_regularizer = nullptr;
  ConstraintRef beta_constraint = nullptr;
  ConstraintRef gamma_constraint = nullptr;
  FIELDS(groups, axis, epsilon, center, scale, beta_initializer, gamma_initializer,
         beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint)
};

namespace layers {

// y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, with the statistics of each sample over
// all axes but the batch, for each group of channels; groups = -1 is a group a channel.
// Inputs:   x (batch, ...), f16|bf16|f32|f64.   Outputs: y, as x.
// Weights:  gamma, beta (channels,).
// Errors:   InvalidArgument unless groups divides the number of channels, which is known.
// Source:   Wu and He 2018; Keras 3 `GroupNormalization`.
class GroupNormalization : public LayerWith<GroupNormalization, GroupNormalizationConfig> {
 public:
  static constexpr std::string_view kClassName = "GroupNormalization";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }

 private:
  int64_t groups_ = 0;
  const Variable* gamma_ = nullptr;
  const Variable* beta_ = nullptr;
};

}  // namespace layers

using GroupNormalization = LayerOf<layers::GroupNormalization>;

}  // namespace tricorn::keras
