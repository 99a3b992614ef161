#pragma once

#include <optional>

#include "core/keras/activations/activation.h"
#include "core/keras/layers/convolutional/conv_window.h"
#include "core/keras/layers/data_format.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/recurrent/recurrent_layer.h"
#include "core/keras/layers/tuple.h"

namespace tricorn::keras {

template <int N>
struct ConvLSTMCellConfig {
  int64_t filters = 0;
  Tuple<N> kernel_size = 0;
  Tuple<N> strides = 1;
  WindowPadding padding = WindowPadding::kValid;
  DataFormat data_format = DefaultDataFormat();
  Tuple<N> dilation_rate = 1;
  Activation activation = "tanh";
  Activation recurrent_activation = "sigmoid";
  bool use_bias = true;
  InitializerRef kernel_initializer = "glorot_uniform";
  InitializerRef recurrent_initializer = "orthogonal";
  InitializerRef bias_initializer = "zeros";
  bool unit_forget_bias = true;
  RegularizerRef kernel_regularizer = nullptr;
  RegularizerRef recurrent_regularizer = nullptr;
  RegularizerRef bias_regularizer = nullptr;
  ConstraintRef kernel_constraint = nullptr;
  ConstraintRef recurrent_constraint = nullptr;
  ConstraintRef bias_constraint = nullptr;
  double dropout = 0;
  double recurrent_dropout = 0;
  std::optional<int64_t> seed = std::nullopt;
  FIELDS(filters, kernel_size, strides, padding, data_format, dilation_rate, activation,
         recurrent_activation, use_bias, kernel_initializer, recurrent_initializer,
         bias_initializer, unit_forget_bias, kernel_regularizer, recurrent_regularizer,
         bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint, dropout,
         recurrent_dropout, seed)
};

template <int N>
struct ConvLSTMConfig {
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  bool unroll = false;
  bool zero_output_for_mask = false;
  int64_t filters = 0;
  Tuple<N> kernel_size = 0;
  Tuple<N> strides = 1;
  WindowPadding padding = WindowPadding::kValid;
  DataFormat data_format = DefaultDataFormat();
  Tuple<N> dilation_rate = 1;
  Activation activation = "tanh";
  Activation recurrent_activation = "sigmoid";
  bool use_bias = true;
  InitializerRef kernel_initializer = "glorot_uniform";
  InitializerRef recurrent_initializer = "orthogonal";
  InitializerRef bias_initializer = "zeros";
  bool unit_forget_bias = true;
  RegularizerRef kernel_regularizer = nullptr;
  RegularizerRef recurrent_regularizer = nullptr;
  RegularizerRef bias_regularizer = nullptr;
  RegularizerRef activity_regularizer = nullptr;
  ConstraintRef kernel_constraint = nullptr;
  ConstraintRef recurrent_constraint = nullptr;
  ConstraintRef bias_constraint = nullptr;
  double dropout = 0;
  double recurrent_dropout = 0;
  std::optional<int64_t> seed = std::nullopt;
  FIELDS(return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask,
         filters, kernel_size, strides, padding, data_format, dilation_rate, activation,
         recurrent_activation, use_bias, kernel_initializer, recurrent_initializer,
         bias_initializer, unit_forget_bias, kernel_regularizer, recurrent_regularizer,
         bias_regularizer, activity_regularizer, kernel_constraint, recurrent_constraint,
         bias_constraint, dropout, recurrent_dropout, seed)
};

namespace layers {

// One step of an LSTM (see LSTMCell) whose products are convolutions over N spatial axes: that of
// the input as the config says, that of the state with stride 1 and padding "same". Inputs:   x
// (batch, spatial..., in) or (batch, in, spatial...); states h and c. Weights:  kernel (spatial...,
// in, 4 filters), recurrent_kernel (spatial..., filters, 4 filters),
//           bias (4 filters,).
// Errors:   InvalidArgument for what a convolution refuses, and free spatial axes.
// Source:   Shi et al. 2015; Keras 3 `ConvLSTMCell`, which has no public name.
template <int N>
class ConvLSTMCell : public RnnCellWith<ConvLSTMCell<N>, ConvLSTMCellConfig<N>> {
 public:
  static constexpr std::string_view kClassName{"ConvLSTMCell"};
  using RnnCellWith<ConvLSTMCell<N>, ConvLSTMCellConfig<N>>::RnnCellWith;

  std::vector<Shape> state_shapes() const override { return {state_shape_, state_shape_}; }
  int output_state() const override { return 0; }
  ir::Values Constants(CallContext& context, const Shape& input, int64_t batch) override;
  ir::Value ProjectInput(CallContext& context, ir::Value input) override;
  CellStep Step(CallContext& context, ir::Value input, ir::Operands states,
                ir::Operands constants) override;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;

 private:
  ConvWindow window() const;
  // x, channels last, under each gate's mask and convolved with its part of the kernel; all at once
  // without masks.
  ir::Value Convolve(ir::Value x, ir::Value kernel, ir::Operands masks, const ConvWindow& window);

  Shape state_shape_;  // without the batch
  const Variable* kernel_ = nullptr;
  const Variable* recurrent_kernel_ = nullptr;
  const Variable* bias_ = nullptr;
  const Variable* seed_ = nullptr;
};

// A ConvLSTMCell along a sequence (batch, steps, ...): see RecurrentLayer.
// Source:   Keras 3 `ConvLSTM1D`, `ConvLSTM2D`, `ConvLSTM3D`.
template <typename Derived, int N>
class ConvLSTM : public RecurrentOfCell<Derived, ConvLSTMConfig<N>> {
 public:
  using RecurrentOfCell<Derived, ConvLSTMConfig<N>>::RecurrentOfCell;
  static constexpr std::string_view kCellName = "conv_lstm_cell";
  static std::shared_ptr<RnnCell> MakeCell(const ConvLSTMConfig<N>& c, LayerOptions options);
};

class ConvLSTM1D : public ConvLSTM<ConvLSTM1D, 1> {
 public:
  static constexpr std::string_view kClassName = "ConvLSTM1D";
  using ConvLSTM::ConvLSTM;
};
class ConvLSTM2D : public ConvLSTM<ConvLSTM2D, 2> {
 public:
  static constexpr std::string_view kClassName = "ConvLSTM2D";
  using ConvLSTM::ConvLSTM;
};
class ConvLSTM3D : public ConvLSTM<ConvLSTM3D, 3> {
 public:
  static constexpr std::string_view kClassName = "ConvLSTM3D";
  using ConvLSTM::ConvLSTM;
};

}  // namespace layers

using ConvLSTM1D = LayerOf<layers::ConvLSTM1D>;
using ConvLSTM2D = LayerOf<layers::ConvLSTM2D>;
using ConvLSTM3D = LayerOf<layers::ConvLSTM3D>;

}  // namespace tricorn::keras
