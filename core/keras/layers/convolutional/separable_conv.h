#pragma once

#include "core/keras/activations/activation.h"
#include "core/keras/layers/convolutional/conv_window.h"
#include "core/keras/layers/data_format.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/tuple.h"

namespace tricorn::keras {

template <int N>
struct SeparableConvConfig {
  int64_t filters = 0;
  Tuple<N> kernel_size = 0;
  Tuple<N> strides = 1;
  WindowPadding padding = WindowPadding::kValid;
  DataFormat data_format = DefaultDataFormat();
  Tuple<N> dilation_rate = 1;
  int64_t depth_multiplier = 1;
  Activation activation = "linear";
  bool use_bias = true;
  InitializerRef depthwise_initializer = "glorot_uniform";
  InitializerRef pointwise_initializer = "glorot_uniform";
  InitializerRef bias_initializer = "zeros";
  RegularizerRef depthwise_regularizer = nullptr;
  RegularizerRef pointwise_regularizer = nullptr;
  RegularizerRef bias_regularizer = nullptr;
  RegularizerRef activity_regularizer = nullptr;
  ConstraintRef depthwise_constraint = nullptr;
  ConstraintRef pointwise_constraint = nullptr;
  ConstraintRef bias_constraint = nullptr;
  FIELDS(filters, kernel_size, strides, padding, data_format, dilation_rate, depth_multiplier,
         activation, use_bias, depthwise_initializer, pointwise_initializer, bias_initializer,
         depthwise_regularizer, pointwise_regularizer, bias_regularizer, activity_regularizer,
         depthwise_constraint, pointwise_constraint, bias_constraint)
};

namespace layers {

// A depthwise convolution, then one of window 1 over its channels.
// Inputs:   x (batch, spatial..., in) or (batch, in, spatial...), f16|bf16|f32|f64.
// Outputs:  y, `filters` in place of in.
// Weights:  depthwise_kernel (spatial..., in, depth_multiplier),
//           pointwise_kernel (1..., in * depth_multiplier, filters), bias (filters,).
// Errors:   InvalidArgument for sizes below 1, an unknown number of channels, and a window that
// does
//           not fit.
// Source:   Keras 3 `SeparableConv1D`, `SeparableConv2D`.
template <typename Derived, int N>
class SeparableConv : public LayerWith<Derived, SeparableConvConfig<N>> {
 public:
  using LayerWith<Derived, SeparableConvConfig<N>>::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;

 private:
  ConvWindow window() const;

  const Variable* depthwise_kernel_ = nullptr;
  const Variable* pointwise_kernel_ = nullptr;
  const Variable* bias_ = nullptr;
};

class SeparableConv1D : public SeparableConv<SeparableConv1D, 1> {
 public:
  static constexpr std::string_view kClassName = "SeparableConv1D";
  using SeparableConv::SeparableConv;
};
class SeparableConv2D : public SeparableConv<SeparableConv2D, 2> {
 public:
  static constexpr std::string_view kClassName = "SeparableConv2D";
  using SeparableConv::SeparableConv;
};

}  // namespace layers

using SeparableConv1D = LayerOf<layers::SeparableConv1D>;
using SeparableConv2D = LayerOf<layers::SeparableConv2D>;

}  // namespace tricorn::keras
