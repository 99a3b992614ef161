#include "core/keras/callbacks/swap_ema_weights.h"

#include <utility>

#include "core/base/status.h"
#include "core/keras/callbacks/callback_state.h"

namespace tricorn::keras {

absl::Status SwapEMAWeights::Set(Trainer& trainer, bool averages) {
  if (averages_in_model_ == averages) return absl::OkStatus();
  if (trainer.part() != nullptr) {
    return Unimplemented(
        "SwapEMAWeights: expected all averages on every worker, received shard_optimizer_state");
  }
  const auto pairs = trainer.optimizer().averages();
  if (pairs.empty()) {
    return FailedPrecondition("SwapEMAWeights: expected an optimizer with use_ema, received {}",
                              trainer.optimizer().name());
  }
  RETURN_IF_ERROR(trainer.SyncToHost());
  for (const auto& [weight, average] : pairs) std::swap(weight->value, average->value);
  averages_in_model_ = averages;
  return trainer.SyncToDevice();
}

Callback::State SwapEMAWeights::SaveState() const {
  StateWriter state;
  state.Add("averages_in_model", int64_t{averages_in_model_});
  return state.Take();
}

absl::Status SwapEMAWeights::RestoreState(Trainer&, const State& state) {
  StateReader reader(kClassName, state);
  int64_t averages_in_model = 0;
  reader.Read("averages_in_model", &averages_in_model);
  averages_in_model_ = averages_in_model != 0;
  return reader.status();
}

absl::Status SwapEMAWeights::OnTrainBegin(Trainer&, FitOptions& options) {
  epochs_ = options.epochs;
  return absl::OkStatus();
}

absl::Status SwapEMAWeights::OnEpochBegin(Trainer& trainer, int64_t) {
  return config_.swap_on_epoch ? Set(trainer, false) : absl::OkStatus();
}

absl::Status SwapEMAWeights::OnEpochEnd(Trainer& trainer, int64_t epoch, Logs&) {
  if (!config_.swap_on_epoch) return absl::OkStatus();
  RETURN_IF_ERROR(Set(trainer, true));
  // Fit ends with the averages in place of the weights: where they are in place already, they must
  // be found among the averages too.
  if (epoch != epochs_ - 1 && !trainer.stop_requested()) return absl::OkStatus();
  RETURN_IF_ERROR(trainer.SyncToHost());
  for (const auto& [weight, average] : trainer.optimizer().averages()) {
    average->value = weight->value.Clone();
  }
  return trainer.SyncToDevice();
}

}  // namespace tricorn::keras
