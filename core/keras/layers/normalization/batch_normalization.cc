#include "core/keras/layers/normalization/batch_normalization.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status BatchNormalization::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(ExpectMinRank(inputs, 2));
  ASSIGN_OR_RETURN(const int64_t channels, ExpectKnownAxis(inputs[0], config_.axis));
  if (config_.renorm) return Unimplemented("renorm: expected false, received true");
  if (config_.synchronized) return Unimplemented("synchronized: expected false, received true");
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
  moving_mean_ = AddWeight({.name = "moving_mean",
                            .shape = {channels},
                            .initializer = config_.moving_mean_initializer,
                            .trainable = false});
  moving_variance_ = AddWeight({.name = "moving_variance",
                                .shape = {channels},
                                .initializer = config_.moving_variance_initializer,
                                .trainable = false});
  return absl::OkStatus();
}

ir::Value BatchNormalization::Call(CallContext& context, ir::Value x) {
  const int64_t axis = ops::NormalizeAxis(x, config_.axis);
  // Statistics and their arithmetic are in float32 at least.
  const DType dtype = ops::Promote(x.dtype(), DType::kF32);
  const auto read = [&](const Variable* variable) {
    return variable == nullptr ? ir::Value() : ops::Cast(context.Read(*variable), dtype);
  };
  ir::Value gamma = read(gamma_);
  ir::Value beta = read(beta_);
  if (!context.training() || !trainable()) {
    return ops::BatchNormInference(x, gamma, beta, read(moving_mean_), read(moving_variance_), axis,
                                   config_.epsilon);
  }
  if (const ir::Value mask = context.MaskOf(x)) {
    const Moments moments = MaskedMoments(ops::Cast(x, dtype), mask);
    MoveStatistics(context, moments);
    return ops::BatchNormInference(x, gamma, beta, moments.mean, moments.variance, axis,
                                   config_.epsilon);
  }
  const ops::BatchNormResult batch = ops::BatchNormTraining(x, gamma, beta, axis, config_.epsilon);
  MoveStatistics(context, {batch.mean, batch.variance});
  return batch.y;
}

BatchNormalization::Moments BatchNormalization::MaskedMoments(ir::Value x, ir::Value mask) const {
  constexpr double kEpsilon = 1e-7;
  std::vector<int64_t> axes;
  for (int64_t axis = 0; axis < x.rank(); ++axis) {
    if (axis != ops::NormalizeAxis(x, config_.axis)) axes.push_back(axis);
  }
  const ir::Value valid =
      ops::BroadcastTo(ops::ExpandDims(ops::Cast(mask, DType::kBool), {-1}), x.shape());
  const ir::Value count = ops::Sum(ops::Cast(valid, x.dtype()), axes, true) + kEpsilon;
  const ir::Value mean = ops::Sum(ops::Where(valid, x, 0), axes, true) / count;
  const ir::Value squares = ops::Square(ops::Where(valid, x - mean, 0));
  const ir::Value variance = ops::Sum(squares, axes, true) / count;
  return {ops::Reshape(mean, {-1}), ops::Reshape(variance, {-1})};
}

void BatchNormalization::MoveStatistics(CallContext& context, const Moments& batch) {
  const auto move = [&](const Variable* variable, ir::Value now) {
    const ir::Value before = ops::Cast(context.Read(*variable), now.dtype());
    const ir::Value after = before * config_.momentum + now * (1 - config_.momentum);
    context.Assign(*variable, ops::Cast(ops::StopGradient(after), variable->type.dtype));
  };
  move(moving_mean_, batch.mean);
  move(moving_variance_, batch.variance);
}

}  // namespace tricorn::keras::layers
