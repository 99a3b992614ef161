#include "core/keras/layers/recurrent/gru.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status GRUCell::BuildFrom(std::span<const SymbolicType> inputs) {
  const int64_t columns = 3 * config_.units;
  return BuildWeights(inputs, config_.reset_after ? Shape{2, columns} : Shape{columns},
                      config_.bias_initializer);
}

ir::Value GRUCell::Bias(CallContext& context, int64_t part) {
  if (weights_.bias == nullptr) return {};
  const ir::Value bias = Weight(context, weights_.bias);
  if (!config_.reset_after) return part == 0 ? bias : ir::Value();
  return ops::Squeeze(ops::SliceAxis(bias, 0, part, part + 1), {0});
}

ir::Value GRUCell::ProjectInput(CallContext& context, ir::Value input) {
  const ir::Value product = InputProduct(context, input);
  const ir::Value bias = Bias(context, 0);
  return bias ? product + bias : product;
}

CellStep GRUCell::Step(CallContext& context, ir::Value input, ir::Operands states,
                       ir::Operands constants) {
  const ir::Value h = states[0];
  const int64_t units = config_.units;
  const ir::Values x = ops::Split(input, 3, -1);
  const auto gate = [&](ir::Value a, ir::Value b) { return config_.recurrent_activation(a + b); };
  ir::Value z, candidate;
  if (config_.reset_after) {
    ir::Value product = StateProduct(context, h, constants);
    if (const ir::Value bias = Bias(context, 1)) product = product + bias;
    const ir::Values s = ops::Split(product, 3, -1);
    z = gate(x[0], s[0]);
    candidate = config_.activation(x[2] + gate(x[1], s[1]) * s[2]);
  } else {
    const ir::Value kernel = Weight(context, weights_.recurrent_kernel);
    const ir::Value gates = ops::SliceAxis(kernel, 1, 0, 2 * units);
    const ir::Value inner = ops::SliceAxis(kernel, 1, 2 * units, 3 * units);
    const bool masked = !constants.empty();
    const ir::Values s =
        ops::Split(GateProduct(h, gates, masked ? constants.first(2) : constants), 2, -1);
    z = gate(x[0], s[0]);
    const ir::Value reset = gate(x[1], s[1]) * (masked ? h * constants[2] : h);
    candidate = config_.activation(x[2] + GateProduct(reset, inner, {}));
  }
  const ir::Value next = z * h + (1 - z) * candidate;
  return {next, {next}};
}

std::shared_ptr<RnnCell> GRU::MakeCell(const GRUConfig& c, LayerOptions options) {
  return std::make_shared<GRUCell>(GRUCellConfig{.units = c.units,
                                                 .activation = c.activation,
                                                 .recurrent_activation = c.recurrent_activation,
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
                                                 .reset_after = c.reset_after,
                                                 .seed = c.seed},
                                   std::move(options));
}

}  // namespace tricorn::keras::layers
