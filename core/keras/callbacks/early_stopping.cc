#include "core/keras/callbacks/early_stopping.h"

#include "core/base/status.h"
#include "core/keras/callbacks/callback_state.h"

namespace tricorn::keras {

absl::Status EarlyStopping::OnTrainBegin(Trainer&, FitOptions&) {
  wait_ = stopped_epoch_ = best_epoch_ = 0;
  best_.reset();
  best_weights_.reset();
  return Check();
}

absl::Status EarlyStopping::KeepWeights(Trainer& trainer) {
  RETURN_IF_ERROR(trainer.SyncToHost());
  std::vector<Tensor> weights;
  for (const Variable* variable : trainer.model().weights()) {
    weights.push_back(variable->value.Clone());
  }
  best_weights_ = std::move(weights);
  return absl::OkStatus();
}

absl::Status EarlyStopping::OnEpochEnd(Trainer& trainer, int64_t epoch, Logs& logs) {
  RETURN_IF_ERROR(monitor_.Resolve(config_.mode, trainer));
  const std::optional<double> value = monitor_.ValueIn(logs);
  if (!value || epoch < config_.start_from_epoch) return absl::OkStatus();
  const bool better = monitor_.IsBetter(*value, best_);
  if (better || (config_.restore_best_weights && !best_weights_)) {
    best_epoch_ = epoch;
    if (config_.restore_best_weights) RETURN_IF_ERROR(KeepWeights(trainer));
  }
  ++wait_;
  if (better) {
    best_ = value;
    // Waiting begins anew only when the baseline is beaten too.
    if (!config_.baseline || monitor_.IsBetter(*value, config_.baseline)) wait_ = 0;
    return absl::OkStatus();
  }
  if (wait_ >= config_.patience && epoch > 0) {
    stopped_epoch_ = epoch;
    trainer.RequestStop();
  }
  return absl::OkStatus();
}

Callback::State EarlyStopping::SaveState() const {
  StateWriter state;
  state.Add("wait", wait_);
  state.Add("stopped_epoch", stopped_epoch_);
  state.Add("best_epoch", best_epoch_);
  state.Add("best", best_);
  state.Add("best_weights", best_weights_);
  return state.Take();
}

absl::Status EarlyStopping::RestoreState(Trainer& trainer, const State& state) {
  StateReader reader(kClassName, state);
  reader.Read("wait", &wait_);
  reader.Read("stopped_epoch", &stopped_epoch_);
  reader.Read("best_epoch", &best_epoch_);
  reader.Read("best", &best_);
  reader.Read("best_weights", &best_weights_);
  RETURN_IF_ERROR(reader.status());
  if (best_weights_) RETURN_IF_ERROR(CheckWeights(trainer));
  if (stopped_epoch_ > 0) trainer.RequestStop();
  return absl::OkStatus();
}

absl::Status EarlyStopping::CheckWeights(Trainer& trainer) const {
  const std::vector<Variable*> weights = trainer.model().weights();
  bool fits = weights.size() == best_weights_->size();
  for (size_t i = 0; fits && i < weights.size(); ++i) {
    const Tensor& value = (*best_weights_)[i];
    fits = value.dtype() == weights[i]->type.dtype && value.shape() == weights[i]->type.shape;
  }
  if (fits) return absl::OkStatus();
  return InvalidArgument("EarlyStopping: expected best weights of the model, received others");
}

absl::Status EarlyStopping::OnTrainEnd(Trainer& trainer) {
  if (!best_weights_) return absl::OkStatus();
  RETURN_IF_ERROR(trainer.SyncToHost());
  const std::vector<Variable*> weights = trainer.model().weights();
  for (size_t i = 0; i < weights.size(); ++i) weights[i]->value = (*best_weights_)[i].Clone();
  return trainer.SyncToDevice();
}

}  // namespace tricorn::keras
