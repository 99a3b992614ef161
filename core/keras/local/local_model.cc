#include "core/keras/local/local_model.h"

#include <algorithm>
#include <thread>

#include "absl/time/clock.h"
#include "core/backend/cpu/cpu_device.h"
#include "core/base/status.h"
#include "core/keras/training/distribution.h"

namespace tricorn::keras {
namespace {

Json List(const std::vector<CompileArgument>& arguments) {
  if (arguments.empty()) return {};
  Json::Array list;
  for (const CompileArgument& argument : arguments) list.push_back(argument.json());
  return list;
}

}  // namespace

LocalModel::LocalModel(std::shared_ptr<Model> model, uint64_t seed)
    : model_(std::move(model)),
      device_(std::make_unique<backend::cpu::CpuDevice>()),
      num_threads_(std::max(1, static_cast<int>(std::thread::hardware_concurrency()))) {
  const std::vector<Variable*> variables = model_->variables();
  const bool complete = std::all_of(variables.begin(), variables.end(),
                                    [](const Variable* variable) { return variable->has_value(); });
  if (!complete) status_ = model_->Initialize(seed);
}

absl::StatusOr<LocalModel> LocalModel::Load(const std::string& path) {
  ASSIGN_OR_RETURN(LoadedModel loaded, keras::Load(Env::Posix(), path));
  LocalModel model(std::move(loaded.model));
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
  if (trainer_ != nullptr) RETURN_IF_ERROR(trainer_->SyncToHost());
  model_->set_compile_config(ToJson(config));
  loaded_state_ = {};
  trainer_.reset();
  return GetTrainer().status();
}

absl::StatusOr<Trainer*> LocalModel::GetTrainer() {
  RETURN_IF_ERROR(status_);
  if (trainer_ == nullptr) {
    ASSIGN_OR_RETURN(trainer_,
                     Trainer::Create(*model_, *device_,
                                     {.communicator = nullptr, .threads_per_shard = num_threads_}));
    RETURN_IF_ERROR(trainer_->RestoreOptimizerState(loaded_state_.variables).status());
  }
  return trainer_.get();
}

absl::StatusOr<History> LocalModel::Fit(const Dataset& train, const FitOptions& options,
                                        const Dataset* validation,
                                        std::span<Callback* const> callbacks) {
  ASSIGN_OR_RETURN(Trainer * trainer, GetTrainer());
  ASSIGN_OR_RETURN(History history, trainer->Fit(train, validation, options, callbacks));
  RETURN_IF_ERROR(trainer->SyncToHost());
  if (predictor_ != nullptr) RETURN_IF_ERROR(predictor_->Refresh());
  return history;
}

absl::StatusOr<Logs> LocalModel::Evaluate(const Dataset& dataset, const EvaluateOptions& options) {
  ASSIGN_OR_RETURN(Trainer * trainer, GetTrainer());
  return trainer->Evaluate(dataset, options);
}

absl::StatusOr<std::vector<Tensor>> LocalModel::Predict(const std::vector<Tensor>& x) {
  RETURN_IF_ERROR(status_);
  if (predictor_ == nullptr) {
    predictor_ = std::make_unique<Predictor>(*model_, *device_, num_threads_);
  }
  return predictor_->Predict(x);
}

absl::Status LocalModel::Save(const std::string& path) {
  RETURN_IF_ERROR(status_);
  OptimizerState state = loaded_state_;
  if (trainer_ != nullptr) {
    state = {trainer_->optimizer().name(), trainer_->OptimizerState()};
  }
  return keras::Save(Env::Posix(), path, *model_, absl::Now(), state);
}

}  // namespace tricorn::keras
