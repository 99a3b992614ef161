#pragma once

#include "core/keras/activations/activation.h"
#include "core/keras/layers/input_checks.h"
#include "core/keras/layers/recurrent/rnn_cell.h"

namespace tricorn::keras {

// The products of a cell with dense weights, for `num_gates` gates side by side.
struct GateWeights {
  const Variable* kernel = nullptr;            // (in, gates * units)
  const Variable* recurrent_kernel = nullptr;  // (units, gates * units)
  const Variable* bias = nullptr;              // null without
  const Variable* seed = nullptr;              // null without dropout
};

// x, (..., in), times kernel (in, gates * units): all gates at once, or each under a mask of its
// own.
ir::Value GateProduct(ir::Value x, ir::Value kernel, ir::Operands masks);

// Dropout of ones of `shape`, `count` of them.
ir::Values DropoutMasks(CallContext& context, const Variable& seed, ir::Type type, double rate,
                        int64_t count);

// What the cells of SimpleRNN, LSTM and GRU share: weights by Keras's arguments, and dropout whose
// masks stay the same in all steps of a call. With recurrent dropout each gate has masks of its
// own.
template <typename Derived, HasFields C>
class DenseCell : public RnnCellWith<Derived, C> {
 public:
  using RnnCellWith<Derived, C>::RnnCellWith;

  ir::Values Constants(CallContext& context, const Shape&, int64_t batch) override {
    const C& c = this->config_;
    if (!Drops(context, c.recurrent_dropout)) return {};
    return DropoutMasks(context, *weights_.seed, {this->compute_dtype(), {batch, c.units}},
                        c.recurrent_dropout, num_masks());
  }

 protected:
  // `kNumGates` of Derived; 1 where gates share their masks.
  int64_t num_masks() const {
    return this->config_.recurrent_dropout != 0 ? Derived::kNumGates : 1;
  }
  static bool Drops(const CallContext& context, double rate) {
    return context.training() && rate > 0 && rate < 1;
  }
  // The masked input times kernel, without bias.
  ir::Value InputProduct(CallContext& context, ir::Value x) {
    const C& c = this->config_;
    ir::Values masks;
    if (Drops(context, c.dropout)) {
      masks = DropoutMasks(context, *weights_.seed, {x.dtype(), {x.dim(-2), x.dim(-1)}}, c.dropout,
                           num_masks());
    }
    return GateProduct(x, this->Weight(context, weights_.kernel), masks);
  }
  ir::Value StateProduct(CallContext& context, ir::Value h, ir::Operands masks) {
    return GateProduct(h, this->Weight(context, weights_.recurrent_kernel), masks);
  }

  absl::Status BuildWeights(std::span<const SymbolicType> inputs, Shape bias_shape,
                            InitializerRef bias_initializer);

  GateWeights weights_;
};

absl::Status CheckDropout(std::string_view argument, double rate);

template <typename Derived, HasFields C>
absl::Status DenseCell<Derived, C>::BuildWeights(std::span<const SymbolicType> inputs,
                                                 Shape bias_shape,
                                                 InitializerRef bias_initializer) {
  const C& c = this->config_;
  RETURN_IF_ERROR(ExpectPositive("units", c.units));
  RETURN_IF_ERROR(CheckDropout("dropout", c.dropout));
  RETURN_IF_ERROR(CheckDropout("recurrent_dropout", c.recurrent_dropout));
  RETURN_IF_ERROR(ExpectRank(inputs, 2));
  ASSIGN_OR_RETURN(const int64_t in, ExpectKnownAxis(inputs[0], -1));
  const int64_t columns = Derived::kNumGates * c.units;
  weights_.kernel = this->AddWeight({.name = "kernel",
                                     .shape = {in, columns},
                                     .initializer = c.kernel_initializer,
                                     .regularizer = c.kernel_regularizer,
                                     .constraint = c.kernel_constraint});
  weights_.recurrent_kernel = this->AddWeight({.name = "recurrent_kernel",
                                               .shape = {c.units, columns},
                                               .initializer = c.recurrent_initializer,
                                               .regularizer = c.recurrent_regularizer,
                                               .constraint = c.recurrent_constraint});
  if (c.use_bias) {
    weights_.bias = this->AddWeight({.name = "bias",
                                     .shape = std::move(bias_shape),
                                     .initializer = std::move(bias_initializer),
                                     .regularizer = c.bias_regularizer,
                                     .constraint = c.bias_constraint});
  }
  if (c.dropout > 0 || c.recurrent_dropout > 0) weights_.seed = this->AddSeed(c.seed);
  return absl::OkStatus();
}

}  // namespace tricorn::keras
