#include "core/keras/layers/recurrent/simple_rnn.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {

absl::Status SimpleRNNCell::BuildFrom(std::span<const SymbolicType> inputs) {
  return BuildWeights(inputs, {config_.units}, config_.bias_initializer);
}

ir::Value SimpleRNNCell::ProjectInput(CallContext& context, ir::Value input) {
  const ir::Value product = InputProduct(context, input);
  return weights_.bias == nullptr ? product : product + Weight(context, weights_.bias);
}

CellStep SimpleRNNCell::Step(CallContext& context, ir::Value input, ir::Operands states,
                             ir::Operands constants) {
  const ir::Value h = config_.activation(input + StateProduct(context, states[0], constants));
  return {h, {h}};
}

std::shared_ptr<RnnCell> SimpleRNN::MakeCell(const SimpleRNNConfig& c, LayerOptions options) {
  return std::make_shared<SimpleRNNCell>(
      SimpleRNNCellConfig{.units = c.units,
                          .activation = c.activation,
                          .use_bias = c.use_bias,
                          .kernel_initializer = c.kernel_initializer,
                          .recurrent_initializer = c.recurrent_initializer,
                          .bias_initializer = c.bias_initializer,
                          .kernel_regularizer = c.kernel_regularizer,
                          .recurrent_regularizer = c.recurrent_regularizer,
                          .bias_regularizer = c.bias_regularizer,
                          .kernel_constraint = c.kernel_constraint,
                          .recurrent_constraint = c.recurrent_constraint,
                          .bias_constraint = c.bias_constraint,
                          .dropout = c.dropout,
                          .recurrent_dropout = c.recurrent_dropout,
                          .seed = c.seed},
      std::move(options));
}

}  // namespace tricorn::keras::layers
