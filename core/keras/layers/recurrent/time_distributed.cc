#include "core/keras/layers/recurrent/time_distributed.h"

#include <algorithm>

#include "core/keras/layers/input_checks.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {
namespace {

// Whether one step after another gives something else than all steps as one batch: variables that a
// call changes, losses that are divided by the batch size.
bool SeesTheBatch(const Layer& layer, bool training) {
  for (const Variable* variable : layer.own_variables()) {
    const bool is_seed = variable->initializer == nullptr;
    const bool changes = !variable->trainable && !is_seed && (training || !variable->saved);
    if (changes) return true;
  }
  if (layer.class_name() == "ActivityRegularization") return true;
  const Json config = layer.GetConfig();
  if (config.Has("activity_regularizer") && !config["activity_regularizer"].is_null()) return true;
  const std::vector<Layer::Child> children = layer.children();
  return std::any_of(children.begin(), children.end(), [&](const Layer::Child& child) {
    return SeesTheBatch(*child.layer, training);
  });
}

// (a, b, ...) with a and b as one axis; back.
ir::Value Merged(ir::Value x) {
  std::vector<int64_t> dims{x.dim(0) * x.dim(1)};
  dims.insert(dims.end(), x.shape().begin() + 2, x.shape().end());
  return ops::Reshape(x, Shape(std::move(dims)));
}
ir::Value Parted(ir::Value y, int64_t batch, int64_t steps) {
  std::vector<int64_t> dims{batch, steps};
  dims.insert(dims.end(), y.shape().begin() + 1, y.shape().end());
  return ops::Reshape(y, Shape(std::move(dims)));
}

}  // namespace

std::vector<Layer::Child> TimeDistributed::children() const {
  if (!config_.layer) return {};
  return {{"layer", false, config_.layer.get()}};
}

absl::Status TimeDistributed::BuildFrom(std::span<const SymbolicType> inputs) {
  if (!config_.layer) return InvalidArgument("layer: expected a layer, received none");
  RETURN_IF_ERROR(ExpectMinRank(inputs, 3));
  SymbolicType step = inputs[0];
  step.shape.erase(step.shape.begin() + 1);
  return WithSubject(config_.layer->Build(CallArguments<SymbolicType>::Of({step})),
                     config_.layer->DisplayName());
}

ir::Value TimeDistributed::Call(CallContext& context, ir::Value x) {
  // A mask of steps alone says nothing about what is within a step.
  ir::Value mask = context.MaskOf(x);
  if (mask && mask.rank() < 3) mask = {};
  return SeesTheBatch(*config_.layer, context.training()) ? StepByStep(context, x, mask)
                                                          : AsOneBatch(context, x, mask);
}

ir::Value TimeDistributed::AsOneBatch(CallContext& context, ir::Value x, ir::Value mask) {
  const ir::Value all = Merged(x);
  if (mask) context.SetMask(all, Merged(mask));
  const ir::Values y = config_.layer->CallWith(context, CallArguments<ir::Value>::Of({all}));
  if (!context.builder().ok()) return y[0];
  return Parted(y[0], x.dim(0), x.dim(1));
}

ir::Value TimeDistributed::StepByStep(CallContext& context, ir::Value x, ir::Value mask) {
  const auto at = [](ir::Value of, int64_t t) {
    return ops::Squeeze(ops::SliceAxis(of, 1, t, t + 1), {1});
  };
  ir::Values outputs;
  for (int64_t t = 0; t < x.dim(1) && context.builder().ok(); ++t) {
    const ir::Value step = at(x, t);
    if (mask) context.SetMask(step, at(mask, t));
    outputs.push_back(config_.layer->CallWith(context, CallArguments<ir::Value>::Of({step}))[0]);
  }
  if (!context.builder().ok() || outputs.empty()) return ir::Value(&context.builder(), -1);
  return ops::Stack(outputs, 1);
}

}  // namespace tricorn::keras::layers
