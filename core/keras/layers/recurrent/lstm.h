#pragma once

#include <optional>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/recurrent/dense_cell.h"
#include "core/keras/layers/recurrent/recurrent_layer.h"

namespace tricorn::keras {

struct LSTMCellConfig {
  int64_t units = 0;
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
  FIELDS(units, activation, recurrent_activation, use_bias, unit_forget_bias, kernel_initializer,
         recurrent_initializer, bias_initializer, kernel_regularizer, recurrent_regularizer,
         bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint, dropout,
         recurrent_dropout, seed)
};

struct LSTMConfig {
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  bool unroll = false;
  bool zero_output_for_mask = false;
  int64_t units = 0;
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
         units, activation, recurrent_activation, use_bias, kernel_initializer,
         recurrent_initializer, bias_initializer, unit_forget_bias, kernel_regularizer,
         recurrent_regularizer, bias_regularizer, activity_regularizer, kernel_constraint,
         recurrent_constraint, bias_constraint, dropout, recurrent_dropout, seed)
};

namespace layers {

// One step of a long short-term memory. With z = x . kernel + h . recurrent_kernel + bias in four
// parts i, f, g, o, and s the recurrent activation:
//   c' = s(f) * c + s(i) * activation(g),  h' = s(o) * activation(c').
// Inputs:   x (batch, in); states h and c (batch, units).   Outputs: h', then h' and c'.
// Weights:  kernel (in, 4 units), recurrent_kernel (units, 4 units), bias (4 units,), which begins
//           with ones for f if unit_forget_bias.
// State:    seed, with dropout.
// Errors:   InvalidArgument unless units is positive, rates are within [0, 1], in is known.
// Source:   Hochreiter 1997; Keras 3 `LSTMCell`.
class LSTMCell : public DenseCell<LSTMCell, LSTMCellConfig> {
 public:
  static constexpr std::string_view kClassName = "LSTMCell";
  static constexpr int64_t kNumGates = 4;
  using DenseCell::DenseCell;

  std::vector<Shape> state_shapes() const override { return {{config_.units}, {config_.units}}; }
  int output_state() const override { return 0; }
  ir::Value ProjectInput(CallContext& context, ir::Value input) override;
  CellStep Step(CallContext& context, ir::Value input, ir::Operands states,
                ir::Operands constants) override;
  std::optional<Walk> WalkAll(CallContext& context, ir::Value projected, const ir::Values& initial,
                              bool go_backwards) override;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;

 private:
  bool HasLstmGates() const;  // with the activations that ops::LstmGates computes
};

// An LSTMCell along a sequence: see RecurrentLayer.
// Source:   Keras 3 `LSTM`.
class LSTM : public RecurrentOfCell<LSTM, LSTMConfig> {
 public:
  static constexpr std::string_view kClassName = "LSTM";
  using RecurrentOfCell::RecurrentOfCell;
  static constexpr std::string_view kCellName = "lstm_cell";
  static std::shared_ptr<RnnCell> MakeCell(const LSTMConfig& c, LayerOptions options);
};

}  // namespace layers

using LSTMCell = LayerOf<layers::LSTMCell>;
using LSTM = LayerOf<layers::LSTM>;

}  // namespace tricorn::keras
