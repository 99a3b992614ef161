#pragma once

#include "core/keras/callbacks/callback_with.h"

namespace tricorn::keras {

struct SwapEMAWeightsConfig {
  bool swap_on_epoch = false;
  FIELDS(swap_on_epoch)
};
// Evaluates with the optimizer's averages in place of the weights; with `swap_on_epoch` the
// callbacks after it see them too at the end of an epoch. Errors: FailedPrecondition when no
// optimizer has use_ema.
class SwapEMAWeights : public CallbackWith<SwapEMAWeights, SwapEMAWeightsConfig> {
 public:
  static constexpr std::string_view kClassName = "SwapEMAWeights";
  using CallbackWith::CallbackWith;

  absl::Status OnTrainBegin(Trainer& trainer, FitOptions& options) override;
  absl::Status OnEpochBegin(Trainer& trainer, int64_t epoch) override;
  absl::Status OnEpochEnd(Trainer& trainer, int64_t epoch, Logs& logs) override;
  State SaveState() const override;
  absl::Status RestoreState(Trainer& trainer, const State& state) override;
  absl::Status OnTestBegin(Trainer& trainer) override { return Set(trainer, true); }
  absl::Status OnTestEnd(Trainer& trainer, const Logs&) override { return Set(trainer, false); }
  absl::Status OnPredictBegin(Trainer& trainer) override { return Set(trainer, true); }
  absl::Status OnPredictEnd(Trainer& trainer) override { return Set(trainer, false); }

 private:
  // Puts averages, or the weights, into the model.
  absl::Status Set(Trainer& trainer, bool averages);

  bool averages_in_model_ = false;
  int64_t epochs_ = 0;
};

}  // namespace tricorn::keras
