#include "core/keras/layers/activations/prelu.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"

namespace tricorn::keras::layers {

absl::Status PReLU::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(ExpectMinRank(inputs, 2));
  const SymbolicType& x = inputs[0];
  std::vector<int64_t> shape(x.shape.size() - 1, -1);
  for (const int64_t axis : config_.shared_axes.value_or(std::vector<int64_t>())) {
    if (axis < 1 || axis >= x.rank()) {
      return InvalidArgument("shared_axes: expected axes of shape {} but the first, received {}",
                             ToString(x.shape), axis);
    }
    shape[static_cast<size_t>(axis) - 1] = 1;
  }
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 1) continue;
    ASSIGN_OR_RETURN(shape[i], ExpectKnownAxis(x, static_cast<int64_t>(i) + 1));
  }
  alpha_ = AddWeight({.name = "alpha",
                      .shape = Shape(std::move(shape)),
                      .initializer = config_.alpha_initializer,
                      .regularizer = config_.alpha_regularizer,
                      .constraint = config_.alpha_constraint});
  return absl::OkStatus();
}

ir::Value PReLU::Call(CallContext& context, ir::Value x) {
  return ops::Relu(x) - Weight(context, alpha_) * ops::Relu(-x);
}

}  // namespace tricorn::keras::layers
