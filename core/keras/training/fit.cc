// Fit and Evaluate: epochs of steps, and whom they tell.

#include <algorithm>
#include <cmath>
#include <thread>

#include "core/base/status.h"
#include "core/data/prefetch.h"
#include "core/data/shard.h"
#include "core/keras/settings/settings.h"
#include "core/keras/training/trainer.h"

namespace tricorn::keras {
namespace {

using Callbacks = std::span<Callback* const>;

// Calls one hook of all callbacks, in order, until an error.
template <typename Hook, typename... Args>
absl::Status Tell(Callbacks callbacks, Hook hook, Args&&... args) {
  for (Callback* callback : callbacks) RETURN_IF_ERROR((callback->*hook)(args...));
  return absl::OkStatus();
}

// As the settings cap what an argument says.
std::optional<int64_t> Capped(std::optional<int64_t> steps) {
  const std::optional<int64_t> most = CurrentSettings().max_steps_per_epoch;
  return steps && most ? std::min(*steps, *most) : most ? most : steps;
}

// A few, where there are cores beside those that feed the device.
int GatherThreads() {
  constexpr int kMost = 4;
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()) / 4, 1, kMost);
}

int64_t NumSteps(int64_t rows, int64_t batch_size, std::optional<int64_t> limit) {
  const int64_t steps = NumBatches(rows, batch_size);
  return limit ? std::min(steps, *limit) : steps;
}

// Which steps of which pass over the data an epoch is: several epochs share a pass where they have
// fewer steps than the data.
struct EpochSteps {
  int64_t pass = 0;
  int64_t first = 0;
  int64_t count = 0;
};

EpochSteps StepsOfEpoch(int64_t rows, int64_t batch_size, std::optional<int64_t> limit,
                        int64_t epoch) {
  const int64_t all = NumSteps(rows, batch_size, std::nullopt);
  const int64_t most = NumSteps(rows, batch_size, limit);
  const int64_t epochs_of_pass = (all + most - 1) / most;
  const int64_t first = epoch % epochs_of_pass * most;
  return {epoch / epochs_of_pass, first, std::min(most, all - first)};
}

absl::Status CheckFit(const FitOptions& options, const Dataset& train) {
  if (options.batch_size < 1) {
    return InvalidArgument("batch_size: expected at least 1, received {}", options.batch_size);
  }
  if (options.validation_batch_size.value_or(1) < 1) {
    return InvalidArgument("validation_batch_size: expected at least 1, received {}",
                           *options.validation_batch_size);
  }
  if (!(options.validation_split >= 0 && options.validation_split < 1)) {
    return InvalidArgument("validation_split: expected a number in [0, 1), received {}",
                           options.validation_split);
  }
  if (!options.validation_freq.ok() || options.steps_per_epoch.value_or(1) < 1 ||
      options.validation_steps.value_or(1) < 1) {
    return InvalidArgument(
        "validation_freq, steps_per_epoch, validation_steps: expected at least 1");
  }
  if (options.initial_epoch < 0) {
    return InvalidArgument("initial_epoch: expected at least 0, received {}",
                           options.initial_epoch);
  }
  if (options.initial_step < 0) {
    return InvalidArgument("initial_step: expected at least 0, received {}", options.initial_step);
  }
  for (const Column& column : train.columns()) {
    if (column.role == Role::kSampleWeight && !options.class_weight.empty()) {
      return InvalidArgument("class_weight: expected no sample_weight beside it, received both");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Trainer::TrainEpoch(const EpochPlan& plan, int64_t epoch, const FitOptions& options,
                                 Callbacks callbacks) {
  ASSIGN_OR_RETURN(
      const ColumnMap columns,
      ColumnMap::Make(plan.dataset->columns(), model_.input_names(), model_.output_names(), true));
  const EpochSteps steps = StepsOfEpoch(plan.rows.size(), plan.batch_size, plan.steps, epoch);
  const int64_t done = epoch == options.initial_epoch ? options.initial_step : 0;
  if (done > 0 && done >= steps.count) {
    return InvalidArgument(
        "initial_step: expected less than the {} steps of the epoch, received {}", steps.count,
        done);
  }
  EpochOrder order = options.shuffle ? EpochOrder::Shuffled(plan.rows, options.seed, steps.pass)
                                     : EpochOrder::Sequential(plan.rows);
  Prefetcher batches(*plan.dataset, std::move(order), Batching(plan.batch_size),
                     (steps.first + done) * plan.batch_size, Prefetcher::kDefaultDepth,
                     HostAllocator(), GatherThreads());
  Progress progress{
      .epoch = epoch, .step = done, .steps = steps.count, .global_step = global_step_};
  while (progress.step < progress.steps && !stop_requested_) {
    ASSIGN_OR_RETURN(std::optional<Batch> batch, batches.Next());
    if (!batch) break;
    progress.samples = batch->positions.size();
    RETURN_IF_ERROR(Tell(callbacks, &Callback::OnBatchBegin, *this, progress));
    RETURN_IF_ERROR(RunStep(*batch, columns, true, options.class_weight));
    progress.global_step = ++global_step_;
    ++progress.step;
    RETURN_IF_ERROR(Tell(callbacks, &Callback::OnBatchEnd, *this, progress));
  }
  return absl::OkStatus();
}

absl::StatusOr<Logs> Trainer::EvaluatePlan(const EpochPlan& plan, Callbacks callbacks) {
  ASSIGN_OR_RETURN(
      const ColumnMap columns,
      ColumnMap::Make(plan.dataset->columns(), model_.input_names(), model_.output_names(), true));
  RETURN_IF_ERROR(Tell(callbacks, &Callback::OnTestBegin, *this));
  Prefetcher batches(*plan.dataset, EpochOrder::Sequential(plan.rows), Batching(plan.batch_size), 0,
                     Prefetcher::kDefaultDepth, HostAllocator(), GatherThreads());
  RETURN_IF_ERROR(ResetMetrics());
  Progress progress{.steps = NumSteps(plan.rows.size(), plan.batch_size, plan.steps),
                    .global_step = global_step_};
  while (progress.step < progress.steps) {
    ASSIGN_OR_RETURN(std::optional<Batch> batch, batches.Next());
    if (!batch) break;
    progress.samples = batch->positions.size();
    RETURN_IF_ERROR(Tell(callbacks, &Callback::OnTestBatchBegin, *this, progress));
    RETURN_IF_ERROR(RunStep(*batch, columns, false, {}));
    ++progress.step;
    RETURN_IF_ERROR(Tell(callbacks, &Callback::OnTestBatchEnd, *this, progress));
  }
  ASSIGN_OR_RETURN(Logs logs, CurrentLogs());
  RETURN_IF_ERROR(Tell(callbacks, &Callback::OnTestEnd, *this, logs));
  return logs;
}

absl::StatusOr<Logs> Trainer::Evaluate(const Dataset& dataset, const EvaluateOptions& options,
                                       Callbacks callbacks) {
  if (options.batch_size < 1 || options.steps.value_or(1) < 1) {
    return InvalidArgument("batch_size, steps: expected at least 1, received {} and {}",
                           options.batch_size, options.steps.value_or(1));
  }
  return EvaluatePlan(
      {&dataset, {0, dataset.num_rows()}, options.batch_size, Capped(options.steps)}, callbacks);
}

absl::StatusOr<Logs> Trainer::EpochLogs(int64_t epoch, const std::optional<EpochPlan>& validation,
                                        const FitOptions& options, Callbacks callbacks) {
  ASSIGN_OR_RETURN(Logs logs, CurrentLogs());
  const auto loss = logs.find("loss");
  if (options.terminate_on_nan && loss != logs.end() && !std::isfinite(loss->second)) {
    return InvalidArgument("loss: expected a finite number, received {} in epoch {}", loss->second,
                           epoch);
  }
  if (!validation || !options.validation_freq.Includes(epoch)) return logs;
  ASSIGN_OR_RETURN(const Logs validated, EvaluatePlan(*validation, callbacks));
  for (const auto& [name, value] : validated) logs["val_" + name] = value;
  return logs;
}

absl::StatusOr<std::optional<Trainer::EpochPlan>> Trainer::PlanValidation(const Dataset* validation,
                                                                          const FitOptions& options,
                                                                          EpochPlan& train) const {
  const int64_t batch_size = options.validation_batch_size.value_or(options.batch_size);
  if (validation != nullptr) {
    return EpochPlan{
        validation, {0, validation->num_rows()}, batch_size, Capped(options.validation_steps)};
  }
  if (options.validation_split == 0) return std::nullopt;
  const int64_t rows = train.rows.size();
  const auto split =
      static_cast<int64_t>(std::floor(static_cast<double>(rows) * (1 - options.validation_split)));
  if (split == 0 || split == rows) {
    return InvalidArgument(
        "validation_split: expected two parts that are not empty, received {} of {} samples",
        options.validation_split, rows);
  }
  train.rows.end = split;
  return EpochPlan{train.dataset, {split, rows}, batch_size, Capped(options.validation_steps)};
}

absl::StatusOr<History> Trainer::Fit(const Dataset& train, const Dataset* validation,
                                     FitOptions options, Callbacks callbacks) {
  RETURN_IF_ERROR(CheckFit(options, train));
  std::optional<RematScope> remat;
  if (options.remat) {
    RETURN_IF_ERROR(options.remat->Check());
    remat.emplace(options.remat);
  }
  options.epochs = std::min(options.epochs, CurrentSettings().max_epochs.value_or(options.epochs));
  EpochPlan plan{
      &train, {0, train.num_rows()}, options.batch_size, Capped(options.steps_per_epoch)};
  ASSIGN_OR_RETURN(const std::optional<EpochPlan> validating,
                   PlanValidation(validation, options, plan));
  History history;
  stop_requested_ = false;
  RETURN_IF_ERROR(Tell(callbacks, &Callback::OnTrainBegin, *this, options));
  for (int64_t epoch = options.initial_epoch; epoch < options.epochs && !stop_requested_; ++epoch) {
    if (epoch > options.initial_epoch || options.initial_step == 0) RETURN_IF_ERROR(ResetMetrics());
    RETURN_IF_ERROR(Tell(callbacks, &Callback::OnEpochBegin, *this, epoch));
    RETURN_IF_ERROR(TrainEpoch(plan, epoch, options, callbacks));
    ASSIGN_OR_RETURN(Logs logs, EpochLogs(epoch, validating, options, callbacks));
    RETURN_IF_ERROR(Tell(callbacks, &Callback::OnEpochEnd, *this, epoch, logs));
    history.Append(epoch, logs);
  }
  if (optimizer().keeps_averages() && options.epochs > 0) RETURN_IF_ERROR(FinalizeWeights());
  RETURN_IF_ERROR(Tell(callbacks, &Callback::OnTrainEnd, *this));
  return history;
}

}  // namespace tricorn::keras
