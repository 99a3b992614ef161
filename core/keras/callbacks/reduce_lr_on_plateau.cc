#include "core/keras/callbacks/reduce_lr_on_plateau.h"

#include <algorithm>

#include "core/base/status.h"
#include "core/keras/callbacks/callback_state.h"
#include "core/keras/callbacks/rate_logs.h"

namespace tricorn::keras {

absl::Status ReduceLROnPlateau::CheckConfig(const ReduceLROnPlateauConfig& config) {
  if (!(config.factor < 1)) {
    return InvalidArgument("factor: expected a number below 1, received {}", config.factor);
  }
  return Monitor::CheckMode(config.mode);
}

absl::Status ReduceLROnPlateau::OnTrainBegin(Trainer&, FitOptions&) {
  best_.reset();
  wait_ = resting_ = 0;
  return Check();
}

absl::StatusOr<bool> ReduceLROnPlateau::Reduce(Trainer& trainer) const {
  bool reduced = false;
  for (const Optimizer* member : trainer.optimizer().members()) {
    ASSIGN_OR_RETURN(const double rate, trainer.LearningRate(*member));
    if (rate <= static_cast<float>(config_.min_lr)) continue;
    RETURN_IF_ERROR(
        trainer.SetLearningRate(*member, std::max(rate * config_.factor, config_.min_lr)));
    reduced = true;
  }
  return reduced;
}

absl::Status ReduceLROnPlateau::OnEpochEnd(Trainer& trainer, int64_t, Logs& logs) {
  RETURN_IF_ERROR(monitor_.Resolve(config_.mode, trainer));
  RETURN_IF_ERROR(AddLearningRates(trainer, logs));
  const std::optional<double> value = monitor_.ValueIn(logs);
  if (!value) return absl::OkStatus();
  if (resting_ > 0) {
    --resting_;
    wait_ = 0;
  }
  if (monitor_.IsBetter(*value, best_)) {
    best_ = value;
    wait_ = 0;
    return absl::OkStatus();
  }
  if (resting_ > 0 || ++wait_ < config_.patience) return absl::OkStatus();
  ASSIGN_OR_RETURN(const bool reduced, Reduce(trainer));
  if (reduced) {
    resting_ = config_.cooldown;
    wait_ = 0;
  }
  return absl::OkStatus();
}

Callback::State ReduceLROnPlateau::SaveState() const {
  StateWriter state;
  state.Add("best", best_);
  state.Add("wait", wait_);
  state.Add("resting", resting_);
  return state.Take();
}

absl::Status ReduceLROnPlateau::RestoreState(Trainer&, const State& state) {
  StateReader reader(kClassName, state);
  reader.Read("best", &best_);
  reader.Read("wait", &wait_);
  reader.Read("resting", &resting_);
  return reader.status();
}

}  // namespace tricorn::keras
