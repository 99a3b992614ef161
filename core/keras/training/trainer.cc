#include "core/keras/training/trainer.h"

#include <cmath>

#include "core/base/json_fields.h"
#include "core/base/status.h"
#include "core/data/prefetch.h"
#include "core/keras/losses/crossentropy.h"
#include "core/keras/metrics/mean.h"
#include "core/keras/training/class_weight.h"

namespace tricorn::keras {
namespace {

using ir::Value;
using ir::Values;

std::unique_ptr<Variable> MetricState(std::string path, const Shape& shape) {
  auto variable = std::make_unique<Variable>();
  variable->name = path.substr(path.rfind('/') + 1);
  variable->path = std::move(path);
  variable->type = {DType::kF32, shape};
  variable->value = Tensor(DType::kF32, shape);
  variable->trainable = false;
  variable->aggregation = Aggregation::kOwn;
  return variable;
}

int64_t NumSteps(int64_t rows, int64_t batch_size, std::optional<int64_t> limit) {
  const int64_t steps = (rows + batch_size - 1) / batch_size;
  return limit ? std::min(steps, *limit) : steps;
}

absl::Status CheckFit(const FitOptions& options, const Dataset& train) {
  if (options.batch_size < 1) {
    return InvalidArgument("batch_size: expected at least 1, received {}", options.batch_size);
  }
  if (!(options.validation_split >= 0 && options.validation_split < 1)) {
    return InvalidArgument("validation_split: expected a number in [0, 1), received {}",
                           options.validation_split);
  }
  if (options.validation_freq < 1 || options.steps_per_epoch.value_or(1) < 1) {
    return InvalidArgument("validation_freq, steps_per_epoch: expected at least 1");
  }
  for (const Column& column : train.columns()) {
    if (column.role == Role::kSampleWeight && !options.class_weight.empty()) {
      return InvalidArgument("class_weight: expected no sample_weight beside it, received both");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Trainer>> Trainer::Create(Model& model, backend::Device& device,
                                                         const Distribution& distribution) {
  RETURN_IF_ERROR(model.status());
  if (!model.compile_config().is_object() || model.compile_config().size() == 0) {
    return FailedPrecondition("{}: expected a compiled model, received one without compile config",
                              model.name());
  }
  std::unique_ptr<Trainer> trainer(new Trainer(model, device, distribution));
  Json config = model.compile_config();
  config.Erase("auto_scale_loss");
  RETURN_IF_ERROR(WithSubject(FromJson(config, &trainer->config_), "compile_config"));
  const Registries none;  // of a user's own classes
  const Deserializer deserializer(none);
  CompiledModel& compiled = trainer->compiled_;
  compiled.model = &model;
  ASSIGN_OR_RETURN(compiled.optimizer, MakeOptimizer(trainer->config_.optimizer, deserializer));
  for (Variable* variable : model.trainable_weights()) {
    (variable->overwritten_by_gradient ? compiled.overwritten : compiled.trainable)
        .push_back(variable);
  }
  RETURN_IF_ERROR(compiled.optimizer->Build(compiled.trainable));
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
  OutputTypes types{.names = model_.output_names(), .y_true = {}, .y_pred = {}};
  for (const Value& value : y_pred) types.y_pred.push_back(value.type());
  for (const Tensor& tensor : inputs.y) types.y_true.push_back({tensor.dtype(), tensor.shape()});
  return types;
}

absl::Status Trainer::MakeMetricVariables(const OutputTypes& outputs) {
  const auto add = [&](const std::string& path, const Shape& shape) {
    compiled_.metric_variables.push_back(MetricState(path, shape));
  };
  const auto add_mean = [&](const std::string& name) {
    add(name + "/total", {});
    add(name + "/count", {});
  };
  add_mean("loss");
  if (compiled_.losses.size() > 1) {
    for (const CompiledLoss& loss : compiled_.losses) add_mean(loss.name + "_loss");
  }
  for (const CompiledMetric& metric : compiled_.metrics) {
    for (const MetricVariable& variable : metric.metric->Variables(outputs.y_pred[metric.output])) {
      add(metric.log_name + "/" + variable.name, variable.shape);
    }
  }
  return absl::OkStatus();
}

absl::Status Trainer::CompileFor(const StepInputs& inputs) {
  if (is_compiled_) return absl::OkStatus();
  ASSIGN_OR_RETURN(outputs_, TypesOf(inputs));
  const Registries none;  // of a user's own classes
  const Deserializer deserializer(none);
  ASSIGN_OR_RETURN(compiled_.losses, MakeLosses(config_, outputs_, deserializer));
  ASSIGN_OR_RETURN(compiled_.metrics, MakeMetrics(config_, outputs_, deserializer));
  RETURN_IF_ERROR(MakeMetricVariables(outputs_));

  const auto body = [&](CallContext& context, ir::Operands) -> absl::StatusOr<Function::Outputs> {
    Values state;
    for (const auto& variable : compiled_.metric_variables)
      state.push_back(context.Read(*variable));
    Function::Outputs results;
    size_t next = 0;
    const auto add_mean = [&](const std::string& name) {
      results.emplace_back(name, MeanResult(state[next], state[next + 1]));
      next += 2;
    };
    add_mean("loss");
    if (compiled_.losses.size() > 1) {
      for (const CompiledLoss& loss : compiled_.losses) add_mean(loss.name + "_loss");
    }
    for (const CompiledMetric& metric : compiled_.metrics) {
      const size_t count = metric.metric->Variables(outputs_.y_pred[metric.output]).size();
      results.emplace_back(metric.log_name,
                           metric.metric->Result(ir::Operands(state).subspan(next, count)));
      next += count;
    }
    return results;
  };
  ASSIGN_OR_RETURN(results_, Function::Compile(state_.device(), {}, body, {}));
  for (const auto& [name, type] : results_->results()) {
    ASSIGN_OR_RETURN(result_buffers_.emplace_back(), state_.device().Allocate(type.nbytes()));
  }
  train_step_ = std::make_unique<Step>(compiled_, state_, distribution_, true);
  test_step_ = std::make_unique<Step>(compiled_, state_, distribution_, false);
  is_compiled_ = true;
  return absl::OkStatus();
}

absl::StatusOr<Logs> Trainer::CurrentLogs() {
  if (!is_compiled_) return Logs();
  RETURN_IF_ERROR(results_->Run(state_, {}, result_buffers_, {}));
  Logs logs;
  for (size_t i = 0; i < result_buffers_.size(); ++i) {
    const auto& [name, type] = results_->results()[i];
    Tensor value = Tensor::Uninitialized(type.dtype, type.shape);
    RETURN_IF_ERROR(state_.device().Download(result_buffers_[i], value));
    if (value.num_elements() == 1) logs[name] = value.At(0);
  }
  return logs;
}

absl::Status Trainer::ResetMetrics() {
  for (const auto& variable : compiled_.metric_variables) {
    RETURN_IF_ERROR(state_.Zero(*variable));
  }
  return absl::OkStatus();
}

// Class indices that no prediction has would silently lose nothing.
absl::Status Trainer::CheckLabels(const StepInputs& inputs) const {
  for (const CompiledLoss& compiled : compiled_.losses) {
    const auto* loss = dynamic_cast<const SparseCategoricalCrossentropy*>(compiled.loss.get());
    if (loss == nullptr) continue;
    const ir::Type& y_pred = outputs_.y_pred[compiled.output];
    const int64_t axis =
        loss->config().axis < 0 ? loss->config().axis + y_pred.rank() : loss->config().axis;
    if (axis < 0 || axis >= y_pred.rank()) {
      return InvalidArgument("{}: expected an axis within {}, received {}", loss->name(),
                             y_pred.shape.ToString(), loss->config().axis);
    }
    const int64_t classes = y_pred.shape[static_cast<int>(axis)];
    const Tensor& y = inputs.y[compiled.output];
    for (int64_t i = 0; i < y.num_elements(); ++i) {
      const double label = y.At(i);
      const bool is_index = label == std::floor(label);
      if (is_index && label >= 0 && label < static_cast<double>(classes)) continue;
      if (loss->config().ignore_class &&
          label == static_cast<double>(*loss->config().ignore_class)) {
        continue;
      }
      return InvalidArgument("y: expected class indices in [0, {}), received {}", classes, label);
    }
  }
  return absl::OkStatus();
}

BatchOptions Trainer::Batching(int64_t batch_size) const {
  BatchOptions options{.batch_size = batch_size};
  if (distribution_.is_sharded()) {
    options.virtual_shards = distribution_.communicator->total_shards();
    options.first_shard = distribution_.communicator->shards().first;
    options.num_shards = distribution_.communicator->shards().size();
  }
  return options;
}

absl::Status Trainer::RunStep(Batch& batch, const ColumnMap& columns, bool training,
                              const std::map<int64_t, double>& class_weight) {
  std::vector<StepInputs> shards;
  for (size_t i = 0; i < batch.shards.size(); ++i) {
    StepInputs inputs = columns.Apply(batch.Shard(static_cast<int>(i)));
    if (!class_weight.empty()) {
      if (inputs.y.size() != 1) {
        return InvalidArgument("class_weight: expected a model of one output, received {}",
                               inputs.y.size());
      }
      ASSIGN_OR_RETURN(Tensor weights, SampleWeightsOf(inputs.y[0], class_weight));
      inputs.sample_weight = {std::move(weights)};
    }
    shards.push_back(std::move(inputs));
  }
  RETURN_IF_ERROR(CompileFor(shards[0].rows() > 0 ? shards[0] : shards[0].OneZeroRow()));
  for (const StepInputs& inputs : shards) RETURN_IF_ERROR(CheckLabels(inputs));
  Step& step = training ? *train_step_ : *test_step_;
  return step.Run(shards, batch.positions.size());
}

absl::Status Trainer::TrainOnBatch(const StepInputs& inputs) {
  if (distribution_.is_sharded()) {
    return FailedPrecondition(
        "train_on_batch: expected a trainer of its own, received one of "
        "several shards");
  }
  RETURN_IF_ERROR(CompileFor(inputs));
  RETURN_IF_ERROR(CheckLabels(inputs));
  ++global_step_;
  return train_step_->Run({inputs}, inputs.rows());
}

absl::StatusOr<Step*> Trainer::TrainStep(const StepInputs& like) {
  RETURN_IF_ERROR(CompileFor(like));
  return train_step_.get();
}

absl::Status Trainer::TrainEpoch(const EpochPlan& plan, int64_t epoch, const FitOptions& options,
                                 std::span<Callback* const> callbacks) {
  ASSIGN_OR_RETURN(
      const ColumnMap columns,
      ColumnMap::Make(plan.dataset->columns(), model_.input_names(), model_.output_names(), true));
  EpochOrder order = options.shuffle ? EpochOrder::Shuffled(plan.rows, options.seed, epoch)
                                     : EpochOrder::Sequential(plan.rows);
  Prefetcher batches(*plan.dataset, std::move(order), Batching(plan.batch_size));
  Progress progress{.epoch = epoch,
                    .steps = NumSteps(plan.rows.size(), plan.batch_size, plan.steps)};
  while (progress.step < progress.steps && !stop_requested_) {
    ASSIGN_OR_RETURN(std::optional<Batch> batch, batches.Next());
    if (!batch) break;
    RETURN_IF_ERROR(RunStep(*batch, columns, true, options.class_weight));
    progress.global_step = ++global_step_;
    progress.samples = batch->positions.size();
    ++progress.step;
    for (Callback* callback : callbacks) RETURN_IF_ERROR(callback->OnBatchEnd(*this, progress));
  }
  return absl::OkStatus();
}

absl::StatusOr<Logs> Trainer::EvaluatePlan(const EpochPlan& plan,
                                           std::span<Callback* const> callbacks) {
  ASSIGN_OR_RETURN(
      const ColumnMap columns,
      ColumnMap::Make(plan.dataset->columns(), model_.input_names(), model_.output_names(), true));
  Prefetcher batches(*plan.dataset, EpochOrder::Sequential(plan.rows), Batching(plan.batch_size));
  RETURN_IF_ERROR(ResetMetrics());
  Progress progress{.steps = NumSteps(plan.rows.size(), plan.batch_size, plan.steps),
                    .global_step = global_step_};
  while (progress.step < progress.steps) {
    ASSIGN_OR_RETURN(std::optional<Batch> batch, batches.Next());
    if (!batch) break;
    RETURN_IF_ERROR(RunStep(*batch, columns, false, {}));
    progress.samples = batch->positions.size();
    ++progress.step;
    for (Callback* callback : callbacks) {
      RETURN_IF_ERROR(callback->OnValidationBatchEnd(*this, progress));
    }
  }
  return CurrentLogs();
}

absl::StatusOr<Logs> Trainer::Evaluate(const Dataset& dataset, const EvaluateOptions& options) {
  if (options.batch_size < 1) {
    return InvalidArgument("batch_size: expected at least 1, received {}", options.batch_size);
  }
  return EvaluatePlan({&dataset, {0, dataset.num_rows()}, options.batch_size, options.steps}, {});
}

absl::StatusOr<Logs> Trainer::EpochLogs(int64_t epoch, const std::optional<EpochPlan>& validation,
                                        const FitOptions& options,
                                        std::span<Callback* const> callbacks) {
  ASSIGN_OR_RETURN(Logs logs, CurrentLogs());
  const auto loss = logs.find("loss");
  if (options.terminate_on_nan && loss != logs.end() && !std::isfinite(loss->second)) {
    return InvalidArgument("loss: expected a finite number, received {} in epoch {}", loss->second,
                           epoch);
  }
  if (!validation || (epoch + 1) % options.validation_freq != 0) return logs;
  ASSIGN_OR_RETURN(const Logs validated, EvaluatePlan(*validation, callbacks));
  for (const auto& [name, value] : validated) logs["val_" + name] = value;
  return logs;
}

absl::StatusOr<History> Trainer::Fit(const Dataset& train, const Dataset* validation,
                                     const FitOptions& options,
                                     std::span<Callback* const> callbacks) {
  RETURN_IF_ERROR(CheckFit(options, train));
  EpochPlan plan{&train, {0, train.num_rows()}, options.batch_size, options.steps_per_epoch};
  std::optional<EpochPlan> validating;
  const int64_t validation_batch = options.validation_batch_size.value_or(options.batch_size);
  if (validation != nullptr) {
    validating = {
        validation, {0, validation->num_rows()}, validation_batch, options.validation_steps};
  } else if (options.validation_split > 0) {
    const auto split = static_cast<int64_t>(
        std::floor(static_cast<double>(train.num_rows()) * (1 - options.validation_split)));
    if (split == 0 || split == train.num_rows()) {
      return InvalidArgument(
          "validation_split: expected two parts that are not empty, received {} "
          "of {} samples",
          options.validation_split, train.num_rows());
    }
    validating = {&train, {split, train.num_rows()}, validation_batch, options.validation_steps};
    plan.rows.end = split;
  }

  History history;
  stop_requested_ = false;
  for (Callback* callback : callbacks) RETURN_IF_ERROR(callback->OnTrainBegin(*this));
  for (int64_t epoch = options.initial_epoch; epoch < options.epochs && !stop_requested_; ++epoch) {
    for (Callback* callback : callbacks) RETURN_IF_ERROR(callback->OnEpochBegin(*this, epoch));
    RETURN_IF_ERROR(ResetMetrics());
    RETURN_IF_ERROR(TrainEpoch(plan, epoch, options, callbacks));
    ASSIGN_OR_RETURN(Logs logs, EpochLogs(epoch, validating, options, callbacks));
    for (Callback* callback : callbacks) RETURN_IF_ERROR(callback->OnEpochEnd(*this, epoch, logs));
    history.Append(epoch, logs);
  }
  if (optimizer().keeps_averages()) {
    RETURN_IF_ERROR(SyncToHost());
    optimizer().FinalizeVariables();
    RETURN_IF_ERROR(SyncToDevice());
  }
  for (Callback* callback : callbacks) RETURN_IF_ERROR(callback->OnTrainEnd(*this));
  return history;
}

std::vector<Variable*> Trainer::AllVariables() const {
  std::vector<Variable*> all = model_.variables();
  for (Variable* variable : compiled_.optimizer->variables()) all.push_back(variable);
  return all;
}

absl::Status Trainer::SyncToHost() { return state_.Download(AllVariables()); }

absl::Status Trainer::SyncToDevice() {
  const std::vector<Variable*> all = AllVariables();
  return state_.Upload(std::vector<const Variable*>(all.begin(), all.end()));
}

std::vector<Tensor> Trainer::OptimizerState() const {
  std::vector<Tensor> state;
  for (const Variable* variable : compiled_.optimizer->variables()) {
    state.push_back(variable->value);
  }
  return state;
}

absl::StatusOr<bool> Trainer::RestoreOptimizerState(const std::vector<Tensor>& state) {
  if (state.size() != compiled_.optimizer->variables().size()) return false;
  RETURN_IF_ERROR(SetOptimizerState(state));
  return true;
}

absl::Status Trainer::SetOptimizerState(const std::vector<Tensor>& state) {
  const std::vector<Variable*> variables = compiled_.optimizer->variables();
  if (state.size() != variables.size()) {
    return InvalidArgument("optimizer: expected {} variables, received {}", variables.size(),
                           state.size());
  }
  for (size_t i = 0; i < state.size(); ++i) {
    if (!(state[i].shape() == variables[i]->type.shape)) {
      return InvalidArgument("{}: expected {}, received {}", variables[i]->path,
                             variables[i]->type.ToString(), state[i].ToString());
    }
    variables[i]->value = state[i].Cast(variables[i]->type.dtype).Clone();
  }
  return SyncToDevice();
}

}  // namespace tricorn::keras
