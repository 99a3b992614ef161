#include "core/keras/layers/recurrent/lstm.h"

#include "core/keras/layers/recurrent/forget_bias.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/recurrent/lstm.h"
#include "core/ops/recurrent/lstm_gates.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status LSTMCell::BuildFrom(std::span<const SymbolicType> inputs) {
  return BuildWeights(inputs, {4 * config_.units},
                      BiasInitializer(config_.bias_initializer, config_.unit_forget_bias));
}

ir::Value LSTMCell::ProjectInput(CallContext& context, ir::Value input) {
  const ir::Value z = InputProduct(context, input);
  return weights_.bias == nullptr ? z : z + Weight(context, weights_.bias);
}

bool LSTMCell::HasLstmGates() const {
  return config_.activation.name() == "tanh" && config_.recurrent_activation.name() == "sigmoid";
}

CellStep LSTMCell::Step(CallContext& context, ir::Value input, ir::Operands states,
                        ir::Operands constants) {
  const ir::Value product = StateProduct(context, states[0], constants);
  if (HasLstmGates()) {
    const ops::LstmGatesResult result = ops::LstmGates(input, product, states[1]);
    return {result.h, {result.h, result.c}};
  }
  const ir::Values z = ops::Split(input + product, 4, -1);
  const ir::Value i = config_.recurrent_activation(z[0]);
  const ir::Value f = config_.recurrent_activation(z[1]);
  const ir::Value c = f * states[1] + i * config_.activation(z[2]);
  const ir::Value h = config_.recurrent_activation(z[3]) * config_.activation(c);
  return {h, {h, c}};
}

std::optional<RnnCell::Walk> LSTMCell::WalkAll(CallContext& context, ir::Value projected,
                                               const ir::Values& initial, bool go_backwards) {
  if (!HasLstmGates()) return std::nullopt;
  const ir::Value kernel = Weight(context, weights_.recurrent_kernel);
  const ops::LstmResult all = ops::Lstm(projected, initial[0], initial[1], kernel, go_backwards);
  return Walk{{all.h, all.c}, all.sequence};
}

std::shared_ptr<RnnCell> LSTM::MakeCell(const LSTMConfig& c, LayerOptions options) {
  return std::make_shared<LSTMCell>(LSTMCellConfig{.units = c.units,
                                                   .activation = c.activation,
                                                   .recurrent_activation = c.recurrent_activation,
                                                   .use_bias = c.use_bias,
                                                   .kernel_initializer = c.kernel_initializer,
                                                   .recurrent_initializer = c.recurrent_initializer,
                                                   .bias_initializer = c.bias_initializer,
                                                   .unit_forget_bias = c.unit_forget_bias,
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
