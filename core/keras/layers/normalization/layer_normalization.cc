#include "core/keras/layers/normalization/layer_normalization.h"

#include "core/keras/layers/input_checks.h"
#include "core/keras/layers/normalization/normalized_axes.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/layer_norm/layer_norm.h"

namespace tricorn::keras::layers {

Json LayerNormalization::GetConfig() const {
  Json config = LayerWith::GetConfig();
  if (!axes_.empty()) config.Set("axis", tricorn::ToJson(axes_));
  return config;
}

absl::Status LayerNormalization::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(ExpectMinRank(inputs, 1));
  if (config_.rms_scaling) return Unimplemented("rms_scaling: expected false, received true");
  ASSIGN_OR_RETURN(const NormalizedAxes axes, ExpectNormalizedAxes(inputs[0], config_.axis.axes()));
  axes_ = axes.axes;
  if (config_.scale) {
    gamma_ = AddWeight({.name = "gamma",
                        .shape = axes.shape,
                        .initializer = config_.gamma_initializer,
                        .regularizer = config_.gamma_regularizer,
                        .constraint = config_.gamma_constraint});
  }
  if (config_.center) {
    beta_ = AddWeight({.name = "beta",
                       .shape = axes.shape,
                       .initializer = config_.beta_initializer,
                       .regularizer = config_.beta_regularizer,
                       .constraint = config_.beta_constraint});
  }
  return absl::OkStatus();
}

ir::Value LayerNormalization::Call(CallContext& context, ir::Value x) {
  const auto weight = [&](const Variable* variable) {
    return variable == nullptr ? ir::Value() : context.Read(*variable);
  };
  const ir::Value y =
      ops::LayerNormalization(x, weight(gamma_), weight(beta_), axes_, config_.epsilon);
  return ops::Cast(y, compute_dtype());
}

}  // namespace tricorn::keras::layers
