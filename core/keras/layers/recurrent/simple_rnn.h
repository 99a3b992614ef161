#pragma once

#include <optional>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/recurrent/dense_cell.h"
#include "core/keras/layers/recurrent/recurrent_layer.h"

namespace tricorn::keras {

struct SimpleRNNCellConfig {
  int64_t units = 0;
  Activation activation = "tanh";
  bool use_bias = true;
  InitializerRef kernel_initializer = "glorot_uniform";
  InitializerRef recurrent_initializer = "orthogonal";
  InitializerRef bias_initializer = "zeros";
  RegularizerRef kernel_regularizer = nullptr;
  RegularizerRef recurrent_regularizer = nullptr;
  RegularizerRef bias_regularizer = nullptr;
  ConstraintRef kernel_constraint = nullptr;
  ConstraintRef recurrent_constraint = nullptr;
  ConstraintRef bias_constraint = nullptr;
  double dropout = 0;
  double recurrent_dropout = 0;
  std::optional<int64_t> seed = std::nullopt;
  FIELDS(units, activation, use_bias, kernel_initializer, recurrent_initializer, bias_initializer,
         kernel_regularizer, recurrent_regularizer, bias_regularizer, kernel_constraint,
         recurrent_constraint, bias_constraint, dropout, recurrent_dropout, seed)
};

struct SimpleRNNConfig {
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  bool unroll = false;
  bool zero_output_for_mask = false;
  int64_t units = 0;
  Activation activation = "tanh";
  bool use_bias = true;
  InitializerRef kernel_initializer = "glorot_uniform";
  InitializerRef recurrent_initializer = "orthogonal";
  InitializerRef bias_initializer = "zeros";
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
         units, activation, use_bias, kernel_initializer, recurrent_initializer, bias_initializer,
         kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer,
         kernel_constraint, recurrent_constraint, bias_constraint, dropout, recurrent_dropout, seed)
};

namespace layers {

// h' = activation(x . kernel + bias + h . recurrent_kernel).
// Inputs:   x (batch, in); state h (batch, units).   Outputs: h' twice, as output and as state.
// Weights:  kernel (in, units), recurrent_kernel (units, units), bias (units,).
// State:    seed, with dropout.
// Errors:   InvalidArgument unless units is positive, rates are within [0, 1], in is known.
// Source:   Keras 3 `SimpleRNNCell`.
class SimpleRNNCell : public DenseCell<SimpleRNNCell, SimpleRNNCellConfig> {
 public:
  static constexpr std::string_view kClassName = "SimpleRNNCell";
  static constexpr int64_t kNumGates = 1;
  using DenseCell::DenseCell;

  std::vector<Shape> state_shapes() const override { return {{config_.units}}; }
  int output_state() const override { return 0; }
  ir::Value ProjectInput(CallContext& context, ir::Value input) override;
  CellStep Step(CallContext& context, ir::Value input, ir::Operands states,
                ir::Operands constants) override;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
};

// A SimpleRNNCell along a sequence: see RecurrentLayer.
// Source:   Keras 3 `SimpleRNN`.
class SimpleRNN : public RecurrentOfCell<SimpleRNN, SimpleRNNConfig> {
 public:
  static constexpr std::string_view kClassName = "SimpleRNN";
  using RecurrentOfCell::RecurrentOfCell;
  static constexpr std::string_view kCellName = "simple_rnn_cell";
  static std::shared_ptr<RnnCell> MakeCell(const SimpleRNNConfig& c, LayerOptions options);
};

}  // namespace layers

using SimpleRNNCell = LayerOf<layers::SimpleRNNCell>;
using SimpleRNN = LayerOf<layers::SimpleRNN>;

}  // namespace tricorn::keras
