#include "core/keras/local/local_model.h"

#include <algorithm>
#include <thread>

#include "absl/time/clock.h"
#include "core/backend/cpu/cpu_device.h"
#include "core/base/status.h"
#include "core/keras/training/class_weight.h"
#include "core/keras/training/distribution.h"
#include "core/keras/training/output_masks.h"

namespace tricorn::keras {
namespace {

Json List(const std::vector<CompileArgument>& arguments) {
  if (arguments.empty()) return {};
  Json::Array list;
  for (const CompileArgument& argument : arguments) list.push_back(argument.json());
  return list;
}

}  // namespace

LocalModel::LocalModel(std::shared_ptr<Model> model, uint64_t seed, Registries objects,
                       std::unique_ptr<backend::Device> device)
    : model_(std::move(model)),
      objects_(std::move(objects)),
      device_(device != nullptr ? std::move(device) : std::make_unique<backend::cpu::CpuDevice>()),
      num_threads_(std::max(1, static_cast<int>(std::thread::hardware_concurrency()))) {
  const std::vector<Variable*> variables = model_->variables();
  const bool complete = std::all_of(variables.begin(), variables.end(),
                                    [](const Variable* variable) { return variable->has_value(); });
  if (!complete) status_ = model_->Initialize(seed);
}

absl::StatusOr<LocalModel> LocalModel::Load(const std::string& path, const Registries& objects,
                                            std::unique_ptr<backend::Device> device) {
  ASSIGN_OR_RETURN(LoadedModel loaded, keras::Load(Env::Posix(), path, objects));
  LocalModel model(std::move(loaded.model), 0, objects, std::move(device));
  model.loaded_state_ = std::move(loaded.optimizer);
  return model;
}

absl::Status LocalModel::Compile(const CompileOptions& options) {
  RETURN_IF_ERROR(model_->status());
  CompileConfig config;
  config.optimizer = options.optimizer.json();
  config.loss = options.loss.json();
  config.loss_weights = options.loss_weights;
  config.metrics = List(options.metrics);
  config.weighted_metrics = List(options.weighted_metrics);
  if (!options.metrics_json.is_null()) config.metrics = options.metrics_json;
  if (!options.weighted_metrics_json.is_null()) {
    config.weighted_metrics = options.weighted_metrics_json;
  }
  if (trainer_ != nullptr) RETURN_IF_ERROR(trainer_->SyncToHost());
  model_->set_compile_config(ToJson(config));
  loaded_state_ = {};
  trainer_.reset();
  return GetTrainer().status();
}

absl::StatusOr<Trainer*> LocalModel::GetTrainer() {
  RETURN_IF_ERROR(status_);
  if (trainer_ == nullptr) {
    ASSIGN_OR_RETURN(
        std::unique_ptr<Trainer> trainer,
        Trainer::Create(*model_, *device_,
                        {.communicator = nullptr, .threads_per_shard = num_threads_}, objects_));
    RETURN_IF_ERROR(trainer->RestoreOptimizerState(loaded_state_.variables).status());
    trainer_ = std::move(trainer);
  }
  return trainer_.get();
}

absl::StatusOr<History> LocalModel::Fit(const Dataset& train, const FitOptions& options,
                                        const Dataset* validation,
                                        std::span<Callback* const> callbacks) {
  ASSIGN_OR_RETURN(Trainer * trainer, GetTrainer());
  absl::StatusOr<History> history = trainer->Fit(train, validation, options, callbacks);
  // After an error too: what was trained until then is what the model has.
  absl::Status synced = trainer->SyncToHost();
  if (synced.ok() && predictor_ != nullptr) synced = predictor_->Refresh();
  RETURN_IF_ERROR(history.status());
  RETURN_IF_ERROR(synced);
  return history;
}

absl::StatusOr<Logs> LocalModel::Evaluate(const Dataset& dataset, const EvaluateOptions& options,
                                          std::span<Callback* const> callbacks) {
  ASSIGN_OR_RETURN(Trainer * trainer, GetTrainer());
  return trainer->Evaluate(dataset, options, callbacks);
}

Predictor& LocalModel::GetPredictor() {
  if (predictor_ == nullptr) {
    predictor_ = std::make_unique<Predictor>(*model_, *device_, num_threads_);
  }
  return *predictor_;
}

absl::StatusOr<std::vector<Tensor>> LocalModel::Predict(const std::vector<Tensor>& x) {
  RETURN_IF_ERROR(status_);
  return GetPredictor().Predict(x);
}

absl::StatusOr<std::vector<Tensor>> LocalModel::Predict(const Dataset& dataset,
                                                        const PredictOptions& options,
                                                        std::span<Callback* const> callbacks) {
  RETURN_IF_ERROR(status_);
  if (callbacks.empty()) return GetPredictor().Predict(dataset, options);
  ASSIGN_OR_RETURN(Trainer * trainer, GetTrainer());
  for (Callback* callback : callbacks) RETURN_IF_ERROR(callback->OnPredictBegin(*trainer));
  // What callbacks did to the weights shows.
  RETURN_IF_ERROR(trainer->SyncToHost());
  RETURN_IF_ERROR(GetPredictor().Refresh());
  const auto tell = [&](const Progress& progress, bool begins) -> absl::Status {
    for (Callback* callback : callbacks) {
      RETURN_IF_ERROR(begins ? callback->OnPredictBatchBegin(*trainer, progress)
                             : callback->OnPredictBatchEnd(*trainer, progress));
    }
    return absl::OkStatus();
  };
  ASSIGN_OR_RETURN(std::vector<Tensor> outputs, predictor_->Predict(dataset, options, tell));
  for (Callback* callback : callbacks) RETURN_IF_ERROR(callback->OnPredictEnd(*trainer));
  RETURN_IF_ERROR(trainer->SyncToHost());
  RETURN_IF_ERROR(predictor_->Refresh());
  return outputs;
}

absl::StatusOr<std::vector<std::optional<Tensor>>> LocalModel::ComputeMask(
    const std::vector<Tensor>& x) {
  RETURN_IF_ERROR(status_);
  return keras::ComputeMask(*model_, *device_, x);
}

absl::StatusOr<Logs> LocalModel::RunOnBatch(const Arrays& x, const OnBatchOptions& options,
                                            bool training) {
  ASSIGN_OR_RETURN(Trainer * trainer, GetTrainer());
  ASSIGN_OR_RETURN(const Dataset batch, DatasetOf(x, options.y, options.sample_weight));
  ASSIGN_OR_RETURN(const ColumnMap columns,
                   ColumnMap::Make(batch.columns(), model_->input_names(), model_->output_names(),
                                   /*needs_y=*/true));
  ASSIGN_OR_RETURN(const Batch rows,
                   AssembleBatch(batch, EpochOrder::Sequential({0, batch.num_rows()}),
                                 {.batch_size = batch.num_rows()}, 0));
  StepInputs inputs = columns.Apply(rows.columns);
  RETURN_IF_ERROR(WeighClasses(options.class_weight, inputs));
  RETURN_IF_ERROR(training ? trainer->TrainOnBatch(inputs) : trainer->TestOnBatch(inputs));
  return trainer->CurrentLogs();
}

absl::StatusOr<Logs> LocalModel::TrainOnBatch(const Arrays& x, const OnBatchOptions& options) {
  ASSIGN_OR_RETURN(Logs logs, RunOnBatch(x, options, true));
  RETURN_IF_ERROR(trainer_->SyncToHost());
  if (predictor_ != nullptr) RETURN_IF_ERROR(predictor_->Refresh());
  return logs;
}

absl::StatusOr<Logs> LocalModel::TestOnBatch(const Arrays& x, const OnBatchOptions& options) {
  return RunOnBatch(x, options, false);
}

absl::Status LocalModel::ResetMetrics() {
  ASSIGN_OR_RETURN(Trainer * trainer, GetTrainer());
  return trainer->ResetMetrics();
}

absl::Status LocalModel::TakeWeights() {
  if (trainer_ != nullptr) RETURN_IF_ERROR(trainer_->SyncToDevice());
  return predictor_ != nullptr ? predictor_->Refresh() : absl::OkStatus();
}

absl::Status LocalModel::SaveWeights(const std::string& path, std::optional<double> max_shard_gib) {
  RETURN_IF_ERROR(status_);
  return keras::SaveWeights(Env::Posix(), path, *model_,
                            {.optimizer = CurrentOptimizerState(), .max_shard_gib = max_shard_gib});
}

absl::StatusOr<std::vector<std::string>> LocalModel::LoadWeights(
    const std::string& path, const LoadWeightsOptions& options) {
  ASSIGN_OR_RETURN(LoadedWeights loaded, keras::LoadWeights(Env::Posix(), path, *model_, options));
  status_ = absl::OkStatus();
  RETURN_IF_ERROR(TakeWeights());
  if (loaded.optimizer.variables.empty() || !model_->compile_config().is_object()) {
    return std::move(loaded.skipped);
  }
  if (trainer_ == nullptr) {
    loaded_state_ = std::move(loaded.optimizer);
  } else {
    RETURN_IF_ERROR(trainer_->RestoreOptimizerState(loaded.optimizer.variables).status());
  }
  return std::move(loaded.skipped);
}

OptimizerState LocalModel::CurrentOptimizerState() const {
  if (trainer_ == nullptr) return loaded_state_;
  return {trainer_->optimizer().name(), trainer_->OptimizerState()};
}

absl::Status LocalModel::Save(const std::string& path) {
  RETURN_IF_ERROR(status_);
  return keras::Save(Env::Posix(), path, *model_, absl::Now(), CurrentOptimizerState());
}

}  // namespace tricorn::keras
