#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/data/batch.h"
#include "core/data/dataset.h"
#include "core/data/shard.h"
#include "core/keras/models/model.h"
#include "core/keras/training/callback.h"
#include "core/keras/training/compiled.h"
#include "core/keras/training/device_state.h"
#include "core/keras/training/distribution.h"
#include "core/keras/training/fit_options.h"
#include "core/keras/training/history.h"
#include "core/keras/training/learning_rates.h"
#include "core/keras/training/log_function.h"
#include "core/keras/training/optimizer_part.h"
#include "core/keras/training/step.h"
#include "core/keras/training/step_inputs.h"

namespace tricorn::keras {

// Trains, evaluates and runs a compiled model on a device, alone or as one worker of several. The
// model's variables live on the device meanwhile; SyncToHost brings them back.
// For one thread at a time.
class Trainer {
 public:
  // `model` and `device` outlive the trainer. `objects` has the classes of a user's own that the
  // compile config names.
  // Errors: FailedPrecondition for a model that was not compiled, and those of its compile config.
  static absl::StatusOr<std::unique_ptr<Trainer>> Create(Model& model, backend::Device& device,
                                                         const Distribution& distribution = {},
                                                         const Registries& objects = {});

  // Runs epochs [initial_epoch, epochs). With averages of weights (EMA), the model ends with them.
  // Errors: InvalidArgument for data that does not fit model, losses and options; what callbacks
  // return; the communicator's.
  absl::StatusOr<History> Fit(const Dataset& train, const Dataset* validation, FitOptions options,
                              std::span<Callback* const> callbacks = {});
  absl::StatusOr<Logs> Evaluate(const Dataset& dataset, const EvaluateOptions& options = {},
                                std::span<Callback* const> callbacks = {});
  // One step on one batch that this process computes whole. Metrics go on from earlier steps.
  absl::Status TrainOnBatch(const StepInputs& inputs);
  absl::Status TestOnBatch(const StepInputs& inputs);

  // Means over the steps since the last reset: the values Keras's progress bar shows.
  absl::StatusOr<Logs> CurrentLogs();
  absl::Status ResetMetrics();
  // What the metrics have summed up, to go on from in another process. Empty before the first step.
  absl::StatusOr<std::vector<Tensor>> MetricState();
  // Errors: InvalidArgument when number, types or shapes differ from those of the metrics; before
  // the first step, the first step's.
  absl::Status SetMetricState(std::vector<Tensor> state);

  // The device's variables into the model's and the optimizer's.
  absl::Status SyncToHost();
  // And back, after the host has changed them.
  absl::Status SyncToDevice();

  Model& model() { return model_; }
  // The one that steps: where ranks share its state out, that of this rank's part.
  Optimizer& optimizer() { return *compiled_.optimizer; }
  // Null where every rank has all of the optimizer's state.
  const OptimizerPart* part() const { return part_.get(); }
  // Empty before the first step.
  const std::vector<CompiledMetric>& metrics() const { return compiled_.metrics; }
  // Of the optimizer, or a member of it.
  absl::StatusOr<double> LearningRate(const Optimizer& member) {
    return learning_rates_.Get(member, state_);
  }
  absl::Status SetLearningRate(const Optimizer& member, double rate) {
    return learning_rates_.Set(member, rate, state_);
  }
  // Of all weights, in Keras's order: types and paths. Without values where there is a part.
  std::vector<Variable*> OptimizerVariables() const;
  // As archives hold it, in Keras's order. After SyncToHost. Not of a trainer with a part.
  std::vector<Tensor> OptimizerState() const;
  // The same of any trainer. With a part all ranks call it, and those get it that ask for it
  // `here`.
  absl::StatusOr<std::vector<Tensor>> GatherOptimizerState(bool here = true);
  // Errors: InvalidArgument when number or types differ from the optimizer's.
  absl::Status SetOptimizerState(const std::vector<Tensor>& state);
  // As Keras loads an archive: state of another number of variables (that of a model saved before
  // its first step has two) is left out, and the answer is false.
  absl::StatusOr<bool> RestoreOptimizerState(const std::vector<Tensor>& state);

  // Ends Fit after the step in hand.
  void RequestStop() { stop_requested_ = true; }
  bool stop_requested() const { return stop_requested_; }
  int64_t global_step() const { return global_step_; }

  // The step on device data, for benchmarks: Step::RunOnDevice.
  absl::StatusOr<Step*> TrainStep(const StepInputs& like);

 private:
  Trainer(Model& model, backend::Device& device, const Distribution& distribution,
          const Registries& objects)
      : model_(model), distribution_(distribution), objects_(objects), state_(device) {}

  struct EpochPlan {
    const Dataset* dataset = nullptr;
    RowRange rows;
    int64_t batch_size = 0;
    std::optional<int64_t> steps = std::nullopt;
  };
  absl::Status CompileFor(const StepInputs& inputs);
  // After reading from the device: whether what it computed counts.
  absl::Status CheckGroup() const;
  absl::Status UploadMetricState();
  absl::StatusOr<OutputTypes> TypesOf(const StepInputs& inputs);
  absl::Status RunStep(Batch& batch, const ColumnMap& columns, bool training,
                       const std::map<int64_t, double>& class_weight);
  absl::Status RunBatch(const StepInputs& inputs, bool training);
  absl::StatusOr<std::optional<EpochPlan>> PlanValidation(const Dataset* validation,
                                                          const FitOptions& options,
                                                          EpochPlan& train) const;
  absl::Status TrainEpoch(const EpochPlan& plan, int64_t epoch, const FitOptions& options,
                          std::span<Callback* const> callbacks);
  absl::StatusOr<Logs> EvaluatePlan(const EpochPlan& plan, std::span<Callback* const> callbacks);
  absl::StatusOr<Logs> EpochLogs(int64_t epoch, const std::optional<EpochPlan>& validation,
                                 const FitOptions& options, std::span<Callback* const> callbacks);
  BatchOptions Batching(int64_t batch_size) const;
  TensorAllocator HostAllocator() const;
  // That this process has values of.
  std::vector<Variable*> AllVariables() const;
  // Averages into the weights.
  absl::Status FinalizeWeights();

  Model& model_;
  const Distribution distribution_;
  const Registries objects_;
  CompileConfig config_;
  CompiledModel compiled_;
  std::unique_ptr<OptimizerPart> part_;
  bool is_compiled_ = false;
  std::vector<Tensor> metric_state_;  // set before the metrics are made
  OutputTypes outputs_;
  DeviceState state_;
  std::unique_ptr<Step> train_step_, test_step_;
  std::unique_ptr<LogFunction> logs_;
  LearningRates learning_rates_;
  int64_t global_step_ = 0;
  bool stop_requested_ = false;
};

}  // namespace tricorn::keras
