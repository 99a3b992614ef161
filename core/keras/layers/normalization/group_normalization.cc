#include "core/keras/layers/normalization/group_normalization.h"

#include "core/keras/layers/input_checks.h"
#include "core/keras/layers/normalization/normalized_axes.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status GroupNormalization::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(ExpectMinRank(inputs, 2));
  ASSIGN_OR_RETURN(const int64_t channels, ExpectKnownAxis(inputs[0], config_.axis));
  groups_ = config_.groups == -1 ? channels : config_.groups;
  if (groups_ < 1 || channels % groups_ != 0) {
    return InvalidArgument("groups: expected a divisor of {} channels, received {}", channels,
                           config_.groups);
  }
  if (config_.scale) {
    gamma_ = AddWeight({.name = "gamma",
                        .shape = {channels},
                        .initializer = config_.gamma_initializer,
                        .regularizer = config_.gamma_regularizer,
                        .constraint = config_.gamma_constraint});
  }
  if (config_.center) {
    beta_ = AddWeight({.name = "beta",
                       .shape = {channels},
                       .initializer = config_.beta_initializer,
                       .regularizer = config_.beta_regularizer,
                       .constraint = config_.beta_constraint});
  }
  return absl::OkStatus();
}

ir::Value GroupNormalization::Call(CallContext& context, ir::Value input) {
  const DType dtype = ops::Promote(input.dtype(), DType::kF32);
  const int64_t axis = ops::NormalizeAxis(input, config_.axis);
  // (batch, ..., groups, channels of a group, ...)
  std::vector<int64_t> shape = input.shape().dims();
  shape[static_cast<size_t>(axis)] /= groups_;
  shape.insert(shape.begin() + axis, groups_);
  std::vector<int64_t> axes;
  for (int64_t i = 1; i <= input.rank(); ++i) {
    if (i != axis) axes.push_back(i);
  }
  const ir::Value x = ops::Reshape(ops::Cast(input, dtype), Shape(shape));
  const ir::Value centered = x - ops::Mean(x, axes, true);
  const ir::Value normalized =
      centered * ops::Rsqrt(ops::Mean(ops::Square(centered), axes, true) + config_.epsilon);
  ir::Value y = ops::Reshape(normalized, input.shape());
  const auto along_axis = [&](const Variable* variable) {
    return AlongAxes(ops::Cast(context.Read(*variable), dtype), input.shape(), {axis});
  };
  if (gamma_ != nullptr) y = y * along_axis(gamma_);
  if (beta_ != nullptr) y = y + along_axis(beta_);
  return ops::Cast(y, compute_dtype());
}

}  // namespace tricorn::keras::layers
