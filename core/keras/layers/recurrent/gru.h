#pragma once

#include <optional>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/recurrent/dense_cell.h"
#include "core/keras/layers/recurrent/recurrent_layer.h"

namespace tricorn::keras {

struct GRUCellConfig {
  int64_t units = 0;
  Activation activation = "tanh";
  Activation recurrent_activation = "sigmoid";
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
  bool reset_after = true;
  std::optional<int64_t> seed = std::nullopt;
  FIELDS(units, activation, recurrent_activation, use_bias, kernel_initializer,
         recurrent_initializer, bias_initializer, kernel_regularizer, recurrent_regularizer,
         bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint, dropout,
         recurrent_dropout, reset_after, seed)
};

struct GRUConfig {
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
  RegularizerRef kernel_regularizer = nullptr;
  RegularizerRef recurrent_regularizer = nullptr;
  RegularizerRef bias_regularizer = nullptr;
  RegularizerRef activity_regularizer = nullptr;
  ConstraintRef kernel_constraint = nullptr;
  ConstraintRef recurrent_constraint = nullptr;
  ConstraintRef bias_constraint = nullptr;
  double dropout = 0;
  double recurrent_dropout = 0;
  bool reset_after = true;
  std::optional<int64_t> seed = std::nullopt;
  FIELDS(return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask,
         units, activation, recurrent_activation, use_bias, kernel_initializer,
         recurrent_initializer, bias_initializer, kernel_regularizer, recurrent_regularizer,
         bias_regularizer, activity_regularizer, kernel_constraint, recurrent_constraint,
         bias_constraint, dropout, recurrent_dropout, reset_after, seed)
};

namespace layers {

// One step of a gated recurrent unit. With x . kernel + bias and h . recurrent_kernel in three
// parts z, r, g, and s the recurrent activation:
//   z = s(x_z + h_z),  r = s(x_r + h_r),  h' = z * h + (1 - z) * activation(x_g + r * h_g),
// or, with reset_after false, (r * h) . recurrent_kernel_g in place of r * h_g.
// Inputs:   x (batch, in); state h (batch, units).   Outputs: h' twice, as output and as state.
// Weights:  kernel (in, 3 units), recurrent_kernel (units, 3 units), bias (3 units,), with
//           reset_after (2, 3 units): of the input, and of the state.
// State:    seed, with dropout.
// Errors:   InvalidArgument unless units is positive, rates are within [0, 1], in is known.
// Source:   Cho et al. 2014; Keras 3 `GRUCell`.
class GRUCell : public DenseCell<GRUCell, GRUCellConfig> {
 public:
  static constexpr std::string_view kClassName = "GRUCell";
  static constexpr int64_t kNumGates = 3;
  using DenseCell::DenseCell;

  std::vector<Shape> state_shapes() const override { return {{config_.units}}; }
  int output_state() const override { return 0; }
  ir::Value ProjectInput(CallContext& context, ir::Value input) override;
  CellStep Step(CallContext& context, ir::Value input, ir::Operands states,
                ir::Operands constants) override;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;

 private:
  // The bias of the input (part 0) or of the state (part 1) with reset_after; none without.
  ir::Value Bias(CallContext& context, int64_t part);
};

// A GRUCell along a sequence: see RecurrentLayer.
// Source:   Keras 3 `GRU`.
class GRU : public RecurrentOfCell<GRU, GRUConfig> {
 public:
  static constexpr std::string_view kClassName = "GRU";
  using RecurrentOfCell::RecurrentOfCell;
  static constexpr std::string_view kCellName = "gru_cell";
  static std::shared_ptr<RnnCell> MakeCell(const GRUConfig& c, LayerOptions options);
};

}  // namespace layers

using GRUCell = LayerOf<layers::GRUCell>;
using GRU = LayerOf<layers::GRU>;

}  // namespace tricorn::keras
