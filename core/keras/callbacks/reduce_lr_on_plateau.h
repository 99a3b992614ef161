#pragma once

#include <optional>
#include <string>

#include "core/keras/callbacks/callback_with.h"
#include "core/keras/callbacks/monitor.h"

namespace tricorn::keras {

struct ReduceLROnPlateauConfig {
  std::string monitor = "val_loss";
  double factor = 0.1;
  int64_t patience = 10;
  int64_t verbose = 0;  // kept for the config; nothing is printed
  std::string mode = "auto";
  double min_delta = 1e-4;
  int64_t cooldown = 0;
  double min_lr = 0;
  FIELDS(monitor, factor, patience, verbose, mode, min_delta, cooldown, min_lr)
};
// Multiplies the learning rate by `factor` when the monitored log has not become better for
// `patience` epochs, and rests `cooldown` epochs then. Adds the rate to the logs.
// Errors: InvalidArgument for a factor of 1 or more; FailedPrecondition for a scheduled rate.
class ReduceLROnPlateau : public CallbackWith<ReduceLROnPlateau, ReduceLROnPlateauConfig> {
 public:
  static constexpr std::string_view kClassName = "ReduceLROnPlateau";
  explicit ReduceLROnPlateau(ReduceLROnPlateauConfig config = {})
      : CallbackWith(std::move(config)), monitor_(config_.monitor, config_.min_delta) {}
  static absl::Status CheckConfig(const ReduceLROnPlateauConfig& config);

  absl::Status OnTrainBegin(Trainer& trainer, FitOptions& options) override;
  absl::Status OnEpochEnd(Trainer& trainer, int64_t epoch, Logs& logs) override;
  State SaveState() const override;
  absl::Status RestoreState(Trainer& trainer, const State& state) override;

 private:
  // Whether a rate was reduced.
  absl::StatusOr<bool> Reduce(Trainer& trainer) const;

  Monitor monitor_;
  std::optional<double> best_;
  int64_t wait_ = 0;
  int64_t resting_ = 0;  // epochs of cooldown left
};

}  // namespace tricorn::keras
