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
#include "core/keras/training/history.h"
#include "core/keras/training/step.h"
#include "core/keras/training/step_inputs.h"

namespace tricorn::keras {

// Keras's arguments of `fit`.
struct FitOptions {
  int64_t batch_size = 32;  // of the global batch
  int64_t epochs = 1;       // the epoch to stop before, counted from 0
  int64_t initial_epoch = 0;
  bool shuffle = true;
  uint64_t seed = 0;                            // of the shuffle
  std::map<int64_t, double> class_weight = {};  // 1 for classes that are not listed
  double validation_split = 0;  // the last part of the samples, where there is no validation set
  std::optional<int64_t> steps_per_epoch = std::nullopt;
  std::optional<int64_t> validation_steps = std::nullopt;
  std::optional<int64_t> validation_batch_size = std::nullopt;  // batch_size when none
  int64_t validation_freq = 1;
  bool terminate_on_nan = false;  // a loss that is no finite number is an error
};

struct EvaluateOptions {
  int64_t batch_size = 32;
  std::optional<int64_t> steps = std::nullopt;
};

// Trains, evaluates and runs a compiled model on a device, alone or as one worker of several. The
// model's variables live on the device meanwhile; SyncToHost brings them back.
// For one thread at a time.
class Trainer {
 public:
  // `model` and `device` outlive the trainer.
  // Errors: FailedPrecondition for a model that was not compiled, and those of its compile config.
  static absl::StatusOr<std::unique_ptr<Trainer>> Create(Model& model, backend::Device& device,
                                                         const Distribution& distribution = {});

  // Runs epochs [initial_epoch, epochs). With averages of weights (EMA), the model ends with them.
  // Errors: InvalidArgument for data that does not fit model, losses and options; what callbacks
  // return; the communicator's.
  absl::StatusOr<History> Fit(const Dataset& train, const Dataset* validation,
                              const FitOptions& options, std::span<Callback* const> callbacks = {});
  absl::StatusOr<Logs> Evaluate(const Dataset& dataset, const EvaluateOptions& options = {});
  // One step on one batch that this process computes whole.
  absl::Status TrainOnBatch(const StepInputs& inputs);

  // Means over the steps since the last reset: the values Keras's progress bar shows.
  absl::StatusOr<Logs> CurrentLogs();
  absl::Status ResetMetrics();

  // The device's variables into the model's and the optimizer's.
  absl::Status SyncToHost();
  // And back, after the host has changed them.
  absl::Status SyncToDevice();

  Model& model() { return model_; }
  Optimizer& optimizer() { return *compiled_.optimizer; }
  // As archives hold it, in Keras's order. After SyncToHost.
  std::vector<Tensor> OptimizerState() const;
  // Errors: InvalidArgument when number or types differ from the optimizer's.
  absl::Status SetOptimizerState(const std::vector<Tensor>& state);
  // As Keras loads an archive: state of another number of variables (that of a model saved before
  // its first step has two) is left out, and the answer is false.
  absl::StatusOr<bool> RestoreOptimizerState(const std::vector<Tensor>& state);

  // Ends Fit after the step in hand.
  void RequestStop() { stop_requested_ = true; }
  int64_t global_step() const { return global_step_; }

  // The step on device data, for benchmarks: Step::RunOnDevice.
  absl::StatusOr<Step*> TrainStep(const StepInputs& like);

 private:
  Trainer(Model& model, backend::Device& device, const Distribution& distribution)
      : model_(model), distribution_(distribution), state_(device) {}

  struct EpochPlan {
    const Dataset* dataset = nullptr;
    RowRange rows;
    int64_t batch_size = 0;
    std::optional<int64_t> steps = std::nullopt;
  };
  absl::Status CompileFor(const StepInputs& inputs);
  absl::Status MakeMetricVariables(const OutputTypes& outputs);
  absl::StatusOr<OutputTypes> TypesOf(const StepInputs& inputs);
  absl::Status CheckLabels(const StepInputs& inputs) const;
  absl::Status RunStep(Batch& batch, const ColumnMap& columns, bool training,
                       const std::map<int64_t, double>& class_weight);
  absl::Status TrainEpoch(const EpochPlan& plan, int64_t epoch, const FitOptions& options,
                          std::span<Callback* const> callbacks);
  absl::StatusOr<Logs> EvaluatePlan(const EpochPlan& plan, std::span<Callback* const> callbacks);
  absl::StatusOr<Logs> EpochLogs(int64_t epoch, const std::optional<EpochPlan>& validation,
                                 const FitOptions& options, std::span<Callback* const> callbacks);
  BatchOptions Batching(int64_t batch_size) const;
  std::vector<Variable*> AllVariables() const;

  Model& model_;
  const Distribution distribution_;
  CompileConfig config_;
  CompiledModel compiled_;
  bool is_compiled_ = false;
  OutputTypes outputs_;
  DeviceState state_;
  std::unique_ptr<Step> train_step_, test_step_;
  std::unique_ptr<Function> results_;
  std::vector<backend::Buffer> result_buffers_;
  int64_t global_step_ = 0;
  bool stop_requested_ = false;
};

}  // namespace tricorn::keras
