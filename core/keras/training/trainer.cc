#include "core/keras/training/trainer.h"

#include <utility>

#include "core/base/json_fields.h"
#include "core/base/status.h"
#include "core/keras/training/auto_loss_scale.h"
#include "core/keras/training/class_weight.h"
#include "core/keras/training/step_labels.h"

namespace tricorn::keras {

using ir::Value;
using ir::Values;

absl::StatusOr<std::unique_ptr<Trainer>> Trainer::Create(Model& model, backend::Device& device,
                                                         const Distribution& distribution,
                                                         const Registries& objects) {
  RETURN_IF_ERROR(model.status());
  if (!model.compile_config().is_object() || model.compile_config().size() == 0) {
    return FailedPrecondition("{}: expected a compiled model, received one without compile config",
                              model.name());
  }
  std::unique_ptr<Trainer> trainer(new Trainer(model, device, distribution, objects));
  Json config = model.compile_config();
  const bool scales_loss = !(config["auto_scale_loss"] == Json(false));
  config.Erase("auto_scale_loss");
  RETURN_IF_ERROR(WithSubject(FromJson(config, &trainer->config_), "compile_config"));
  const Deserializer deserializer(trainer->objects_);
  CompiledModel& compiled = trainer->compiled_;
  compiled.model = &model;
  const auto make_optimizer = [&]() -> absl::StatusOr<std::shared_ptr<Optimizer>> {
    ASSIGN_OR_RETURN(std::shared_ptr<Optimizer> optimizer,
                     MakeOptimizer(trainer->config_.optimizer, deserializer));
    if (scales_loss) optimizer = WithAutoLossScale(model, std::move(optimizer));
    // The bits of a job by shards are those of any number of ranks and parts.
    if (distribution.is_sharded()) optimizer->AddNormsByUnits();
    return optimizer;
  };
  ASSIGN_OR_RETURN(compiled.optimizer, make_optimizer());
  for (Variable* variable : model.trainable_weights()) {
    (variable->overwritten_by_gradient ? compiled.overwritten : compiled.trainable)
        .push_back(variable);
  }
  if (!distribution.parts_optimizer() || compiled.trainable.empty()) {
    RETURN_IF_ERROR(compiled.optimizer->Build(compiled.trainable));
    return trainer;
  }
  std::shared_ptr<Optimizer> whole = std::move(compiled.optimizer);
  ASSIGN_OR_RETURN(compiled.optimizer, make_optimizer());
  ASSIGN_OR_RETURN(
      trainer->part_,
      OptimizerPart::Create(std::move(whole), compiled.optimizer, compiled.trainable,
                            distribution.communicator->rank(), distribution.communicator->size()));
  compiled.part = trainer->part_.get();
  return trainer;
}

// Types of labels and predictions, which accuracy and cross-entropy go by.
absl::StatusOr<OutputTypes> Trainer::TypesOf(const StepInputs& inputs) {
  ir::Builder builder;
  CallContext context(builder, false);
  Values x;
  for (const Tensor& tensor : inputs.x) {
    x.push_back(builder.Input(fmt::format("x{}", x.size()), {tensor.dtype(), tensor.shape()}));
  }
  const Values y_pred = model_.Apply(context, x);
  RETURN_IF_ERROR(builder.status());
  OutputTypes types{.names = model_.output_names(),
                    .structure = model_.output_name_structure(),
                    .y_true = {},
                    .y_pred = {}};
  for (const Value& value : y_pred) {
    const Tensor* y = inputs.YOf(types.y_pred.size());
    types.y_true.push_back(y == nullptr ? ir::Type() : ir::Type{y->dtype(), y->shape()});
    types.y_pred.push_back(value.type());
  }
  return types;
}

absl::Status Trainer::CompileFor(const StepInputs& inputs) {
  if (is_compiled_) return absl::OkStatus();
  ASSIGN_OR_RETURN(outputs_, TypesOf(inputs));
  const Deserializer deserializer(objects_);
  ASSIGN_OR_RETURN(compiled_.losses, MakeLosses(config_, outputs_, deserializer));
  ASSIGN_OR_RETURN(compiled_.metrics, MakeMetrics(config_, outputs_, deserializer));
  RETURN_IF_ERROR(CheckLabels(compiled_.losses, compiled_.metrics, outputs_, inputs));
  compiled_.metric_variables = MakeMetricVariables(compiled_, outputs_);
  ASSIGN_OR_RETURN(logs_, LogFunction::Compile(state_.device(), compiled_, outputs_));
  train_step_ = std::make_unique<Step>(compiled_, state_, distribution_, true);
  test_step_ = std::make_unique<Step>(compiled_, state_, distribution_, false);
  is_compiled_ = true;
  return metric_state_.empty() ? absl::OkStatus() : UploadMetricState();
}

absl::Status Trainer::CheckGroup() const {
  return distribution_.device_group == nullptr ? absl::OkStatus()
                                               : distribution_.device_group->status();
}

absl::StatusOr<Logs> Trainer::CurrentLogs() {
  if (!is_compiled_) return Logs();
  ASSIGN_OR_RETURN(Logs logs, logs_->Run(state_));
  RETURN_IF_ERROR(CheckGroup());
  return logs;
}

absl::Status Trainer::ResetMetrics() {
  for (const auto& variable : compiled_.metric_variables) {
    RETURN_IF_ERROR(state_.Zero(*variable));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Tensor>> Trainer::MetricState() {
  std::vector<Variable*> variables;
  for (const auto& variable : compiled_.metric_variables) variables.push_back(variable.get());
  RETURN_IF_ERROR(state_.Download(variables));
  RETURN_IF_ERROR(CheckGroup());
  std::vector<Tensor> values;
  for (const Variable* variable : variables) values.push_back(variable->value.Clone());
  return values;
}

absl::Status Trainer::SetMetricState(std::vector<Tensor> state) {
  metric_state_ = std::move(state);
  return is_compiled_ ? UploadMetricState() : absl::OkStatus();
}

absl::Status Trainer::UploadMetricState() {
  const std::vector<Tensor> state = std::exchange(metric_state_, {});
  const auto& variables = compiled_.metric_variables;
  if (state.size() != variables.size()) {
    return InvalidArgument("metrics: expected the state of {} variables, received {}",
                           variables.size(), state.size());
  }
  for (size_t i = 0; i < state.size(); ++i) {
    const ir::Type& type = variables[i]->type;
    if (state[i].dtype() != type.dtype || state[i].shape() != type.shape) {
      return InvalidArgument("{}: expected {}, received {}", variables[i]->path, type.ToString(),
                             state[i].ToString());
    }
    variables[i]->value = state[i];
    const Variable* const changed[] = {variables[i].get()};
    RETURN_IF_ERROR(state_.Upload(changed));
  }
  return absl::OkStatus();
}

// -- Steps ----------------------------------------------------------------------------------------

BatchOptions Trainer::Batching(int64_t batch_size) const {
  BatchOptions options{.batch_size = batch_size};
  if (distribution_.is_sharded()) {
    options.virtual_shards = distribution_.communicator->total_shards();
    options.first_shard = distribution_.communicator->shards().first;
    options.num_shards = distribution_.communicator->shards().size();
  }
  return options;
}

// By shards, batches are copied from without being held.
TensorAllocator Trainer::HostAllocator() const {
  if (distribution_.is_sharded()) return nullptr;
  return [&device = state_.device()](DType dtype, Shape shape) {
    return device.AllocateHost(dtype, std::move(shape));
  };
}

absl::Status Trainer::RunStep(Batch& batch, const ColumnMap& columns, bool training,
                              const std::map<int64_t, double>& class_weight) {
  std::vector<StepInputs> shards;
  for (size_t i = 0; i < batch.shards.size(); ++i) {
    StepInputs inputs = columns.Apply(batch.Shard(static_cast<int>(i)));
    RETURN_IF_ERROR(WeighClasses(class_weight, inputs));
    shards.push_back(std::move(inputs));
  }
  const StepInputs like = shards[0].rows() > 0 ? shards[0] : shards[0].OneZeroRow();
  RETURN_IF_ERROR(CompileFor(like));
  for (const StepInputs& inputs : shards) {
    RETURN_IF_ERROR(CheckLabels(compiled_.losses, compiled_.metrics, outputs_, inputs));
  }
  Step& step = training ? *train_step_ : *test_step_;
  return step.Run(shards, batch.positions.size());
}

absl::Status Trainer::RunBatch(const StepInputs& inputs, bool training) {
  if (distribution_.is_sharded()) {
    return FailedPrecondition(
        "one batch: expected a trainer of its own, received one of several shards");
  }
  RETURN_IF_ERROR(CompileFor(inputs));
  RETURN_IF_ERROR(CheckLabels(compiled_.losses, compiled_.metrics, outputs_, inputs));
  if (training) ++global_step_;
  return (training ? *train_step_ : *test_step_).Run({inputs}, inputs.rows());
}

absl::Status Trainer::TrainOnBatch(const StepInputs& inputs) { return RunBatch(inputs, true); }

absl::Status Trainer::TestOnBatch(const StepInputs& inputs) { return RunBatch(inputs, false); }

absl::StatusOr<Step*> Trainer::TrainStep(const StepInputs& like) {
  RETURN_IF_ERROR(CompileFor(like));
  return train_step_.get();
}

// -- State ----------------------------------------------------------------------------------------

std::vector<Variable*> Trainer::AllVariables() const {
  std::vector<Variable*> all = model_.variables();
  for (Variable* variable : compiled_.optimizer->variables()) all.push_back(variable);
  return all;
}

absl::Status Trainer::SyncToHost() {
  RETURN_IF_ERROR(state_.Download(AllVariables()));
  return CheckGroup();
}

absl::Status Trainer::SyncToDevice() {
  const std::vector<Variable*> all = AllVariables();
  return state_.Upload(std::vector<const Variable*>(all.begin(), all.end()));
}

std::vector<Variable*> Trainer::OptimizerVariables() const {
  return part_ != nullptr ? part_->whole_variables() : compiled_.optimizer->variables();
}

absl::StatusOr<std::vector<Tensor>> Trainer::GatherOptimizerState(bool here) {
  if (part_ == nullptr && !here) return std::vector<Tensor>();
  RETURN_IF_ERROR(SyncToHost());
  if (part_ != nullptr) return part_->Gather(*distribution_.communicator, here);
  return OptimizerState();
}

absl::Status Trainer::FinalizeWeights() {
  if (part_ == nullptr) {
    RETURN_IF_ERROR(SyncToHost());
    compiled_.optimizer->FinalizeVariables();
  } else {
    ASSIGN_OR_RETURN(const std::vector<Tensor> state, GatherOptimizerState());
    part_->FinalizeWeights(state);
  }
  return SyncToDevice();
}

std::vector<Tensor> Trainer::OptimizerState() const {
  std::vector<Tensor> state;
  for (const Variable* variable : compiled_.optimizer->variables()) {
    state.push_back(variable->value);
  }
  return state;
}

absl::StatusOr<bool> Trainer::RestoreOptimizerState(const std::vector<Tensor>& state) {
  if (state.size() != OptimizerVariables().size()) return false;
  RETURN_IF_ERROR(SetOptimizerState(state));
  return true;
}

absl::Status Trainer::SetOptimizerState(const std::vector<Tensor>& state) {
  const std::vector<Variable*> variables = OptimizerVariables();
  if (state.size() != variables.size()) {
    return InvalidArgument("optimizer: expected {} variables, received {}", variables.size(),
                           state.size());
  }
  for (size_t i = 0; i < state.size(); ++i) {
    if (!(state[i].shape() == variables[i]->type.shape)) {
      return InvalidArgument("{}: expected {}, received {}", variables[i]->path,
                             variables[i]->type.ToString(), state[i].ToString());
    }
  }
  if (part_ != nullptr) {
    part_->Set(state);
    return SyncToDevice();
  }
  for (size_t i = 0; i < state.size(); ++i) {
    variables[i]->value = state[i].Cast(variables[i]->type.dtype).Clone();
  }
  return SyncToDevice();
}

}  // namespace tricorn::keras
