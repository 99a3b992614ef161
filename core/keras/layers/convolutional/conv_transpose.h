#pragma once

#include <optional>

#include "core/keras/activations/activation.h"
#include "core/keras/layers/data_format.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/tuple.h"
#include "core/keras/layers/window_padding.h"

namespace tricorn::keras {

template <int N>
struct ConvTransposeConfig {
  int64_t filters = 0;
  Tuple<N> kernel_size = 0;
  Tuple<N> strides = 1;
  WindowPadding padding = WindowPadding::kValid;
  std::optional<Tuple<N>> output_padding = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  Tuple<N> dilation_rate = 1;
  Activation activation = "linear";
  bool use_bias = true;
  InitializerRef kernel_initializer = "glorot_uniform";
  InitializerRef bias_initializer = "zeros";
  RegularizerRef kernel_regularizer = nullptr;
  RegularizerRef bias_regularizer = nullptr;
  RegularizerRef activity_regularizer = nullptr;
  ConstraintRef kernel_constraint = nullptr;
  ConstraintRef bias_constraint = nullptr;
  FIELDS(filters, kernel_size, strides, padding, output_padding, data_format, dilation_rate,
         activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer,
         bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint)
};

namespace layers {

// The transpose of a convolution: spreads each input over a window of the output.
// Inputs:   x (batch, spatial..., in) or (batch, in, spatial...), f16|bf16|f32|f64.
// Outputs:  y, `filters` in place of in; spatial axes `strides` times as long under padding 'same'.
// Weights:  kernel (spatial..., filters, in), bias (filters,).
// Errors:   InvalidArgument for sizes below 1, an unknown number of channels, and output_padding
//           outside [0, strides).
// Source:   Keras 3 `Conv1DTranspose`, `Conv2DTranspose`, `Conv3DTranspose`.
template <typename Derived, int N>
class ConvTranspose : public LayerWith<Derived, ConvTransposeConfig<N>> {
 public:
  using LayerWith<Derived, ConvTransposeConfig<N>>::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;

 private:
  const Variable* kernel_ = nullptr;
  const Variable* bias_ = nullptr;
};

class Conv1DTranspose : public ConvTranspose<Conv1DTranspose, 1> {
 public:
  static constexpr std::string_view kClassName = "Conv1DTranspose";
  using ConvTranspose::ConvTranspose;
};
class Conv2DTranspose : public ConvTranspose<Conv2DTranspose, 2> {
 public:
  static constexpr std::string_view kClassName = "Conv2DTranspose";
  using ConvTranspose::ConvTranspose;
};
class Conv3DTranspose : public ConvTranspose<Conv3DTranspose, 3> {
 public:
  static constexpr std::string_view kClassName = "Conv3DTranspose";
  using ConvTranspose::ConvTranspose;
};

}  // namespace layers

using Conv1DTranspose = LayerOf<layers::Conv1DTranspose>;
using Conv2DTranspose = LayerOf<layers::Conv2DTranspose>;
using Conv3DTranspose = LayerOf<layers::Conv3DTranspose>;

}  // namespace tricorn::keras
