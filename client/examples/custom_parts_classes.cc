#include "client/examples/custom_parts.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"

namespace examples {

namespace ops = tricorn::ops;

absl::Status ScaledTanh::BuildFrom(std::span<const keras::SymbolicType> inputs) {
  const std::optional<int64_t> width = inputs[0].dim(-1);
  if (!width) return tricorn::InvalidArgument("expected a last axis of known length");
  weight_ = AddWeight({.name = "weight", .shape = {*width}, .initializer = "ones"});
  return absl::OkStatus();
}

ir::Value ScaledTanh::Call(keras::CallContext& context, ir::Value x) {
  return ops::Tanh(x) * Weight(context, weight_) * config_.scale;
}

ir::Value CappedError::Call(ir::Value y_true, ir::Value y_pred) const {
  return ops::Minimum(ops::Mean(ops::Square(y_pred - y_true), {-1}), config_.cap);
}

ir::Value Within::Function(ir::Value y_true, ir::Value y_pred) const {
  const ir::Value near = ops::LessEqual(ops::Absolute(y_pred - y_true), config_.distance);
  return ops::Mean(ops::Cast(near, tricorn::DType::kF32), {-1});
}

ir::Value SignDescent::UpdateStep(Update& u) const {
  return u.variable -
         u.learning_rate * u.gradient / (ops::Absolute(u.gradient) + config_.damping + 1e-7);
}

absl::Status StopBelow::OnEpochEnd(keras::Trainer& trainer, int64_t, keras::Logs& logs) {
  if (logs["loss"] < config_.loss) trainer.RequestStop();
  return absl::OkStatus();
}

void AddCustomParts(keras::Registries& objects) {
  objects.Of<keras::Layer>().Add<ScaledTanh>();
  objects.Of<keras::Loss>().Add<CappedError>();
  objects.Of<keras::Metric>().Add<Within>();
  objects.Of<keras::Optimizer>().Add<SignDescent>();
  objects.Of<keras::Callback>().Add<StopBelow>();
}

}  // namespace examples
