#pragma once

#include "core/keras/activations/activation.h"
#include "core/keras/layers/convolutional/conv_window.h"
#include "core/keras/layers/data_format.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/tuple.h"

namespace tricorn::keras {

template <int N>
struct ConvConfig {
  int64_t filters = 0;
  Tuple<N> kernel_size = 0;
  Tuple<N> strides = 1;
  WindowPadding padding = WindowPadding::kValid;
  DataFormat data_format = DefaultDataFormat();
  Tuple<N> dilation_rate = 1;
  int64_t groups = 1;
  Activation activation = "linear";
  bool use_bias = true;
  InitializerRef kernel_initializer = "glorot_uniform";
  InitializerRef bias_initializer = "zeros";
  RegularizerRef kernel_regularizer = nullptr;
  RegularizerRef bias_regularizer = nullptr;
  RegularizerRef activity_regularizer = nullptr;
  ConstraintRef kernel_constraint = nullptr;
  ConstraintRef bias_constraint = nullptr;
  FIELDS(filters, kernel_size, strides, padding, data_format, dilation_rate, groups, activation,
         use_bias, kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
         activity_regularizer, kernel_constraint, bias_constraint)
};

namespace layers {

// y = activation(x * kernel + bias), * a convolution over N spatial axes.
// Inputs:   x (batch, spatial..., in) or (batch, in, spatial...), f16|bf16|f32|f64.
// Outputs:  y, `filters` in place of in.
// Weights:  kernel (spatial..., in / groups, filters), bias (filters,).
// Errors:   InvalidArgument for sizes below 1, groups that do not divide in and filters, an unknown
//           number of channels, and a window that does not fit.
// Source:   Keras 3 `Conv1D`, `Conv2D`, `Conv3D`.
template <typename Derived, int N>
class Conv : public LayerWith<Derived, ConvConfig<N>> {
 public:
  using LayerWith<Derived, ConvConfig<N>>::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;

 private:
  ConvWindow window() const;

  const Variable* kernel_ = nullptr;
  const Variable* bias_ = nullptr;
};

class Conv1D : public Conv<Conv1D, 1> {
 public:
  static constexpr std::string_view kClassName = "Conv1D";
  using Conv::Conv;
};
class Conv2D : public Conv<Conv2D, 2> {
 public:
  static constexpr std::string_view kClassName = "Conv2D";
  using Conv::Conv;
};
class Conv3D : public Conv<Conv3D, 3> {
 public:
  static constexpr std::string_view kClassName = "Conv3D";
  using Conv::Conv;
};

}  // namespace layers

using Conv1D = LayerOf<layers::Conv1D>;
using Conv2D = LayerOf<layers::Conv2D>;
using Conv3D = LayerOf<layers::Conv3D>;

}  // namespace tricorn::keras
