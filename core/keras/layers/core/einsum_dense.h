#pragma once

#include <optional>
#include <string>

#include "core/keras/activations/activation.h"
#include "core/keras/layers/core/kernel_layer.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

// `output_shape` leaves out the batch; a single number stands for a list of one.
struct EinsumDenseConfig {
  std::string equation = "";
  Json output_shape = nullptr;
  Activation activation = "linear";
  std::optional<std::string> bias_axes = std::nullopt;
  InitializerRef kernel_initializer = "glorot_uniform";
  InitializerRef bias_initializer = "zeros";
  RegularizerRef kernel_regularizer = nullptr;
  RegularizerRef bias_regularizer = nullptr;
  RegularizerRef activity_regularizer = nullptr;
  ConstraintRef kernel_constraint = nullptr;
  ConstraintRef bias_constraint = nullptr;
  std::optional<int64_t> lora_rank = std::nullopt;
  std::optional<double> lora_alpha = std::nullopt;
  std::optional<int64_t> gptq_unpacked_column_size = std::nullopt;
  QuantizationConfigRef quantization_config = nullptr;
  FIELDS(equation, output_shape, activation, bias_axes, kernel_initializer, bias_initializer,
         kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint,
         bias_constraint, lora_rank, lora_alpha, gptq_unpacked_column_size, quantization_config)
};

namespace layers {

// y = activation(einsum(equation, x, kernel) + bias), as "abc,cd->abd" or "...x,xy->...y".
// Inputs:   x (batch, ...), f16|bf16|f32|f64.   Outputs: y, as the equation says.
// Weights:  kernel, of the lengths that its letters have in x, else in output_shape, in the
// policy's
//           form (KernelLayer); bias, of those of bias_axes, 1 along the letters between them.
// Errors:   InvalidArgument for an equation that does not fit x or output_shape.
// Source:   Keras 3 `EinsumDense`.
class EinsumDense : public LayerWith<EinsumDense, EinsumDenseConfig, KernelLayer> {
 public:
  static constexpr std::string_view kClassName = "EinsumDense";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  void SetLora(int64_t rank, double alpha) override;
  void SetQuantization(QuantizationConfigRef config) override;
};

}  // namespace layers

using EinsumDense = LayerOf<layers::EinsumDense>;

}  // namespace tricorn::keras
