#pragma once

#include <optional>

#include "core/keras/activations/activation.h"
#include "core/keras/layers/core/kernel_layer.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct DenseConfig {
  int64_t units = 0;
  Activation activation = "linear";
  bool use_bias = true;
  InitializerRef kernel_initializer = "glorot_uniform";
  InitializerRef bias_initializer = "zeros";
  RegularizerRef kernel_regularizer = nullptr;
  RegularizerRef bias_regularizer = nullptr;
  RegularizerRef activity_regularizer = nullptr;
  ConstraintRef kernel_constraint = nullptr;
  ConstraintRef bias_constraint = nullptr;
  std::optional<int64_t> lora_rank = std::nullopt;
  std::optional<double> lora_alpha = std::nullopt;
  QuantizationConfigRef quantization_config = nullptr;
  FIELDS(units, activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer,
         bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint, lora_rank,
         lora_alpha, quantization_config)
};

namespace layers {

// y = activation(x . kernel + bias), over the last axis.
// Inputs:   x (batch, ..., in), f16|bf16|f32|f64.   Outputs: y (batch, ..., units).
// Weights:  kernel (in, units), in the policy's form (KernelLayer); bias (units,).
// Errors:   InvalidArgument unless units is positive and the last axis of x known.
// Source:   Keras 3 `Dense`.
class Dense : public LayerWith<Dense, DenseConfig, KernelLayer> {
 public:
  static constexpr std::string_view kClassName = "Dense";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }
  void SetLora(int64_t rank, double alpha) override;
  void SetQuantization(QuantizationConfigRef config) override;
};

}  // namespace layers

using Dense = LayerOf<layers::Dense>;

}  // namespace tricorn::keras
