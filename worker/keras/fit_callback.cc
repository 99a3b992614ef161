#include "worker/keras/fit_callback.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/status.h"
#include "worker/keras/snapshot.h"

namespace tricorn::worker {
namespace {

// Reading the logs takes a run of a small graph: often enough for a progress bar.
constexpr absl::Duration kTellInterval = absl::Milliseconds(200);
constexpr double kMeanWeight = 0.1;

void SetLogs(const keras::Logs& logs, google::protobuf::Map<std::string, double>* to) {
  to->clear();
  for (const auto& [name, value] : logs) (*to)[name] = value;
}

}  // namespace

FitCallback::FitCallback(const v1::TrainerTask& task, EngineEvents& events,
                         std::span<const std::shared_ptr<keras::Callback>> others,
                         std::vector<State> restored)
    : task_(task),
      events_(events),
      others_(others),
      restored_(std::move(restored)),
      first_global_step_(task.restore().global_step()),
      global_step_(first_global_step_) {
  progress_.set_epochs(task.spec().fit().epochs());
  progress_.set_global_step(first_global_step_);
}

absl::Status FitCallback::OnTrainBegin(keras::Trainer& trainer, keras::FitOptions&) {
  for (size_t i = 0; i < restored_.size() && i < others_.size(); ++i) {
    if (restored_[i].empty()) continue;
    RETURN_IF_ERROR(WithSubject(others_[i]->RestoreState(trainer, restored_[i]), "checkpoint"));
  }
  progress_.set_phase("training");
  progress_.set_epoch(std::max(task_.restore().epoch(), task_.spec().fit().initial_epoch()));
  events_.OnProgress(progress_);
  return absl::OkStatus();
}

absl::Status FitCallback::OnEpochBegin(keras::Trainer&, int64_t epoch) {
  epoch_began_ = absl::Now();
  step_ended_ = absl::InfinitePast();
  progress_.set_phase("training");
  progress_.set_epoch(static_cast<int32_t>(epoch));
  return absl::OkStatus();
}

absl::Status FitCallback::OnBatchEnd(keras::Trainer& trainer, const keras::Progress& progress) {
  const absl::Time now = absl::Now();
  Measure(progress, now);
  global_step_ = first_global_step_ + progress.global_step;
  const bool epoch_ends = progress.step == progress.steps;
  if (now - told_ >= kTellInterval || epoch_ends) {
    told_ = now;
    RETURN_IF_ERROR(Tell(trainer, progress));
  }
  if (epoch_ends || !IsDue(global_step_)) return absl::OkStatus();
  return Checkpoint(trainer,
                    {.step = global_step_, .epoch = progress.epoch, .epoch_step = progress.step});
}

absl::Status FitCallback::Tell(keras::Trainer& trainer, const keras::Progress& progress) {
  ASSIGN_OR_RETURN(const keras::Logs logs, trainer.CurrentLogs());
  if (const auto loss = logs.find("loss"); loss != logs.end() && !std::isfinite(loss->second)) {
    return InvalidArgument("loss: expected a finite number, received {} by epoch {}, step {}",
                           loss->second, progress.epoch + 1, progress.step);
  }
  SetLogs(logs, progress_.mutable_logs());
  progress_.set_step(progress.step);
  progress_.set_steps(progress.steps);
  progress_.set_global_step(global_step_);
  progress_.set_seconds_per_step(seconds_per_step_);
  if (seconds_per_step_ > 0) {
    progress_.set_samples_per_second(samples_per_step_ / seconds_per_step_);
  }
  events_.OnProgress(progress_);
  return absl::OkStatus();
}

void FitCallback::Measure(const keras::Progress& progress, absl::Time now) {
  const absl::Time before = std::exchange(step_ended_, now);
  if (before == absl::InfinitePast()) return;  // compiled, or validated, meanwhile
  const double seconds = absl::ToDoubleSeconds(now - before);
  const double weight = seconds_per_step_ == 0 ? 1 : kMeanWeight;
  seconds_per_step_ += weight * (seconds - seconds_per_step_);
  samples_per_step_ += weight * (static_cast<double>(progress.samples) - samples_per_step_);
}

absl::Status FitCallback::OnTestBatchEnd(keras::Trainer&, const keras::Progress& progress) {
  const absl::Time now = absl::Now();
  if (now - told_ < kTellInterval) return absl::OkStatus();
  told_ = now;
  v1::Progress validation = progress_;
  validation.set_phase("validation");
  validation.set_step(progress.step);
  validation.set_steps(progress.steps);
  events_.OnProgress(std::move(validation));
  return absl::OkStatus();
}

absl::Status FitCallback::OnEpochEnd(keras::Trainer& trainer, int64_t epoch, keras::Logs& logs) {
  v1::EpochLogs ended;
  ended.set_epoch(static_cast<int32_t>(epoch));
  SetLogs(logs, ended.mutable_logs());
  ended.set_duration_seconds(absl::ToDoubleSeconds(absl::Now() - epoch_began_));
  events_.OnEpochEnd(std::move(ended));
  const int every = std::max(1, task_.spec().checkpoint_policy().every_epochs());
  if ((epoch + 1) % every != 0 && !IsDue(global_step_)) return absl::OkStatus();
  return Checkpoint(trainer, {.step = global_step_, .epoch = epoch + 1});
}

bool FitCallback::IsDue(int64_t global_step) const {
  const int64_t every = task_.spec().checkpoint_policy().every_steps();
  return every > 0 && global_step % every == 0;
}

absl::Status FitCallback::Checkpoint(keras::Trainer& trainer, CheckpointManifest position) {
  if (task_.rank() != 0) {
    // The others' part of what rank 0 gathers.
    return trainer.part() == nullptr ? absl::OkStatus()
                                     : trainer.GatherOptimizerState(/*here=*/false).status();
  }
  ASSIGN_OR_RETURN(Snapshot snapshot, TakeSnapshot(trainer, position.epoch_step > 0));
  for (const auto& callback : others_) snapshot.callbacks.push_back(callback->SaveState());
  events_.OnCheckpoint(std::move(position),
                       [snapshot = std::move(snapshot)] { return ToFiles(snapshot); });
  return absl::OkStatus();
}

}  // namespace tricorn::worker
