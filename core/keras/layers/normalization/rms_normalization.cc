#include "core/keras/layers/normalization/rms_normalization.h"

#include "core/keras/layers/input_checks.h"
#include "core/keras/layers/normalization/normalized_axes.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/layer_norm/layer_norm.h"

namespace tricorn::keras::layers {

Json RMSNormalization::GetConfig() const {
  Json config = LayerWith::GetConfig();
  if (!axes_.empty()) config.Set("axis", tricorn::ToJson(config_.axis.axes()));
  return config;
}

absl::Status RMSNormalization::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(ExpectMinRank(inputs, 1));
  ASSIGN_OR_RETURN(const NormalizedAxes axes, ExpectNormalizedAxes(inputs[0], config_.axis.axes()));
  axes_ = axes.axes;
  scale_ = AddWeight({.name = "scale", .shape = axes.shape, .initializer = "ones"});
  return absl::OkStatus();
}

ir::Value RMSNormalization::Call(CallContext& context, ir::Value x) {
  const ir::Value y = ops::RmsNormalization(x, context.Read(*scale_), axes_, config_.epsilon);
  return ops::Cast(y, compute_dtype());
}

}  // namespace tricorn::keras::layers
