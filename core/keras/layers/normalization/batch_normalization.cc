#include "core/keras/layers/normalization/batch_normalization.h"

#include <cmath>

#include "core/keras/layers/input_checks.h"
#include "core/keras/settings/settings.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {

Json ToJson(const RenormClipping& clip) {
  Json::Object given;
  ForEachField(clip, [&](std::string_view name, const std::optional<double>& bound) {
    if (bound) given.emplace_back(std::string(name), *bound);
  });
  return given;
}

namespace layers {
namespace {

// Standard deviations that start as the variances do.
class SquareRootOf : public Initializer {
 public:
  explicit SquareRootOf(InitializerRef variance) : variance_(std::move(variance)) {}
  std::string_view class_name() const override { return "SquareRootOf"; }
  Json GetConfig() const override { return Json::MakeObject({{"variance", ToJson(variance_)}}); }
  absl::StatusOr<Tensor> Make(const Shape& shape, DType dtype, uint64_t stream) const override {
    ASSIGN_OR_RETURN(const Tensor variance, variance_->Make(shape, DType::kF64, stream));
    Tensor stddev = variance.Clone();
    for (int64_t i = 0; i < stddev.num_elements(); ++i) {
      stddev.data<double>()[i] = std::sqrt(stddev.data<double>()[i]);
    }
    return stddev.Cast(dtype);
  }

 private:
  const InitializerRef variance_;
};

}  // namespace

BatchNormalization::BatchNormalization(BatchNormalizationConfig config, LayerOptions options)
    : LayerWith(std::move(config), std::move(options)) {
  if (config_.renorm && !config_.renorm_clipping) config_.renorm_clipping.emplace();
}

absl::Status BatchNormalization::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(ExpectMinRank(inputs, 2));
  ASSIGN_OR_RETURN(const int64_t channels, ExpectKnownAxis(inputs[0], config_.axis));
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
  return config_.renorm ? BuildRenorm(channels) : absl::OkStatus();
}

absl::Status BatchNormalization::BuildRenorm(int64_t channels) {
  if (const std::optional<RenormClipping>& clip = config_.renorm_clipping) {
    if (clip->rmax && clip->rmin && *clip->rmax < *clip->rmin) {
      return InvalidArgument("renorm_clipping: expected rmax of at least rmin, received {} and {}",
                             *clip->rmax, *clip->rmin);
    }
    if (clip->dmax.value_or(0) < 0) {
      return InvalidArgument("renorm_clipping: expected dmax of at least 0, received {}",
                             *clip->dmax);
    }
  }
  const auto add = [&](std::string name, InitializerRef initializer) {
    return AddWeight({.name = std::move(name),
                      .shape = {channels},
                      .initializer = std::move(initializer),
                      .trainable = false});
  };
  const auto stddev = [&]() -> InitializerRef {
    const InitializerRef& variance = config_.moving_variance_initializer;
    return variance ? InitializerRef(std::make_shared<SquareRootOf>(variance)) : variance;
  };
  moving_stddev_ = add("moving_stddev", stddev());
  renorm_mean_ = add("renorm_mean", config_.moving_mean_initializer);
  renorm_stddev_ = add("renorm_stddev", stddev());
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
  if (config_.synchronized && context.sharded()) {
    context.builder().SetError(Unimplemented(
        "synchronized: expected a job of one virtual shard, whose batch is whole, received one of "
        "several: train it with virtual_shards=1 on one worker, or set synchronized=False, which "
        "takes each shard's own statistics"));
  }
  const ir::Value mask = context.MaskOf(x);
  if (config_.renorm) {
    const ir::Value wide = ops::Cast(x, dtype);
    return Renormalized(context, x, gamma, beta,
                        mask ? MaskedMoments(wide, mask) : MomentsOf(wide));
  }
  if (mask) {
    const Moments moments = MaskedMoments(ops::Cast(x, dtype), mask);
    MoveStatistics(context, moments);
    return ops::BatchNormInference(x, gamma, beta, moments.mean, moments.variance, axis,
                                   config_.epsilon);
  }
  const ops::BatchNormResult batch = ops::BatchNormTraining(x, gamma, beta, axis, config_.epsilon);
  MoveStatistics(context, {batch.mean, batch.variance});
  return batch.y;
}

ops::Axes BatchNormalization::ReducedAxes(ir::Value x) const {
  ops::Axes axes;
  for (int64_t axis = 0; axis < x.rank(); ++axis) {
    if (axis != ops::NormalizeAxis(x, config_.axis)) axes.push_back(axis);
  }
  return axes;
}

BatchNormalization::Moments BatchNormalization::MomentsOf(ir::Value x) const {
  return {ops::Mean(x, ReducedAxes(x)), ops::Variance(x, ReducedAxes(x))};
}

BatchNormalization::Moments BatchNormalization::MaskedMoments(ir::Value x, ir::Value mask) const {
  const ops::Axes axes = ReducedAxes(x);
  const ir::Value valid =
      ops::BroadcastTo(ops::ExpandDims(ops::Cast(mask, DType::kBool), {-1}), x.shape());
  const ir::Value count = ops::Sum(ops::Cast(valid, x.dtype()), axes, true) + Epsilon();
  const ir::Value mean = ops::Sum(ops::Where(valid, x, 0), axes, true) / count;
  const ir::Value squares = ops::Square(ops::Where(valid, x - mean, 0));
  const ir::Value variance = ops::Sum(squares, axes, true) / count;
  return {ops::Reshape(mean, {-1}), ops::Reshape(variance, {-1})};
}

ir::Value BatchNormalization::Renormalized(CallContext& context, ir::Value x, ir::Value gamma,
                                           ir::Value beta, const Moments& batch) {
  const DType dtype = batch.mean.dtype();
  const RenormClipping clip = config_.renorm_clipping.value_or(RenormClipping());
  const auto read = [&](const Variable* variable) {
    return ops::Cast(context.Read(*variable), dtype);
  };
  const ir::Value stddev = ops::Sqrt(batch.variance + config_.epsilon);
  const ir::Value reference = ops::Maximum(read(renorm_stddev_), std::sqrt(config_.epsilon));
  ir::Value r = ops::StopGradient(stddev / reference);
  ir::Value d = ops::StopGradient((batch.mean - read(renorm_mean_)) / reference);
  if (clip.rmin) r = ops::Maximum(r, *clip.rmin);
  if (clip.rmax) r = ops::Minimum(r, *clip.rmax);
  if (clip.dmax) d = ops::Clip(d, -*clip.dmax, *clip.dmax);
  const ir::Value offset = gamma ? d * gamma : d;

  const auto move = [&](const Variable* variable, ir::Value now, double momentum) {
    const ir::Value after = ops::StopGradient(read(variable) * momentum + now * (1 - momentum));
    context.Assign(*variable, ops::Cast(after, variable->type.dtype));
    return after;
  };
  move(renorm_mean_, batch.mean, config_.renorm_momentum);
  move(renorm_stddev_, stddev, config_.renorm_momentum);
  move(moving_mean_, batch.mean, config_.momentum);
  const ir::Value moved = move(moving_stddev_, stddev, config_.momentum);
  const ir::Value variance = ops::Maximum(ops::Square(moved) - config_.epsilon, 0);
  context.Assign(*moving_variance_, ops::Cast(variance, moving_variance_->type.dtype));
  return ops::BatchNormInference(x, gamma ? r * gamma : r, beta ? offset + beta : offset,
                                 batch.mean, batch.variance, ops::NormalizeAxis(x, config_.axis),
                                 config_.epsilon);
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

}  // namespace layers
}  // namespace tricorn::keras
