#include "core/keras/layers/core/layer_scale.h"

#include "core/keras/initializers/constant_initializers.h"
#include "core/keras/layers/input_checks.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {

absl::Status LayerScale::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(ExpectMinRank(inputs, 2));
  ASSIGN_OR_RETURN(const int64_t length, ExpectKnownAxis(inputs[0], inputs[0].rank() - 1));
  if (length != config_.projection_dim) {
    return InvalidArgument("projection_dim: expected {}, the length of the last axis, received {}",
                           length, config_.projection_dim);
  }
  gamma_ = AddWeight({.name = "variable",
                      .shape = {config_.projection_dim},
                      .initializer = Constant({.value = config_.init_values})});
  return absl::OkStatus();
}

ir::Value LayerScale::Call(CallContext& context, ir::Value x) {
  return x * Weight(context, gamma_);
}

}  // namespace tricorn::keras::layers
