#pragma once

#include "core/keras/activations/activation.h"
#include "core/keras/layers/convolutional/conv_window.h"
#include "core/keras/layers/data_format.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/tuple.h"

namespace tricorn::keras {

template <int N>
struct DepthwiseConvConfig {
  Tuple<N> kernel_size = 0;
  Tuple<N> strides = 1;
  WindowPadding padding = WindowPadding::kValid;
  int64_t depth_multiplier = 1;
  DataFormat data_format = DefaultDataFormat();
  Tuple<N> dilation_rate = 1;
  Activation activation = "linear";
  bool use_bias = true;
  InitializerRef depthwise_initializer = "glorot_uniform";
  InitializerRef bias_initializer = "zeros";
  RegularizerRef depthwise_regularizer = nullptr;
  RegularizerRef bias_regularizer = nullptr;
  RegularizerRef activity_regularizer = nullptr;
  ConstraintRef depthwise_constraint = nullptr;
  ConstraintRef bias_constraint = nullptr;
  FIELDS(kernel_size, strides, padding, depth_multiplier, data_format, dilation_rate, activation,
         use_bias, depthwise_initializer, bias_initializer, depthwise_regularizer, bias_regularizer,
         activity_regularizer, depthwise_constraint, bias_constraint)
};

namespace layers {

// Convolves each channel alone, with depth_multiplier kernels of its own.
// Inputs:   x (batch, spatial..., in) or (batch, in, spatial...), f16|bf16|f32|f64.
// Outputs:  y, in * depth_multiplier in place of in.
// Weights:  kernel (spatial..., in, depth_multiplier), bias (in * depth_multiplier,).
// Errors:   InvalidArgument for sizes below 1, an unknown number of channels, and a window that
// does
//           not fit.
// Source:   Keras 3 `DepthwiseConv1D`, `DepthwiseConv2D`.
template <typename Derived, int N>
class DepthwiseConv : public LayerWith<Derived, DepthwiseConvConfig<N>> {
 public:
  using LayerWith<Derived, DepthwiseConvConfig<N>>::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;

 private:
  ConvWindow window() const;

  const Variable* kernel_ = nullptr;
  const Variable* bias_ = nullptr;
};

class DepthwiseConv1D : public DepthwiseConv<DepthwiseConv1D, 1> {
 public:
  static constexpr std::string_view kClassName = "DepthwiseConv1D";
  using DepthwiseConv::DepthwiseConv;
};
class DepthwiseConv2D : public DepthwiseConv<DepthwiseConv2D, 2> {
 public:
  static constexpr std::string_view kClassName = "DepthwiseConv2D";
  using DepthwiseConv::DepthwiseConv;
};

}  // namespace layers

using DepthwiseConv1D = LayerOf<layers::DepthwiseConv1D>;
using DepthwiseConv2D = LayerOf<layers::DepthwiseConv2D>;

}  // namespace tricorn::keras
