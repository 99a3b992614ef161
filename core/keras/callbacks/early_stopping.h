#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/keras/callbacks/callback_with.h"
#include "core/keras/callbacks/monitor.h"

namespace tricorn::keras {

struct EarlyStoppingConfig {
  std::string monitor = "val_loss";
  double min_delta = 0;
  int64_t patience = 0;
  int64_t verbose = 0;  // kept for the config; nothing is printed
  std::string mode = "auto";
  std::optional<double> baseline = std::nullopt;
  bool restore_best_weights = false;
  int64_t start_from_epoch = 0;
  FIELDS(monitor, min_delta, patience, verbose, mode, baseline, restore_best_weights,
         start_from_epoch)
};
// Ends Fit when the monitored log has not become better for `patience` epochs. An epoch without the
// log does not count.
class EarlyStopping : public CallbackWith<EarlyStopping, EarlyStoppingConfig> {
 public:
  static constexpr std::string_view kClassName = "EarlyStopping";
  explicit EarlyStopping(EarlyStoppingConfig config = {})
      : CallbackWith(std::move(config)), monitor_(config_.monitor, config_.min_delta) {}
  static absl::Status CheckConfig(const EarlyStoppingConfig& config) {
    return Monitor::CheckMode(config.mode);
  }

  absl::Status OnTrainBegin(Trainer& trainer, FitOptions& options) override;
  absl::Status OnEpochEnd(Trainer& trainer, int64_t epoch, Logs& logs) override;
  State SaveState() const override;
  absl::Status RestoreState(Trainer& trainer, const State& state) override;
  absl::Status OnTrainEnd(Trainer& trainer) override;

  // The epoch that it stopped after, from 0; 0 when it did not.
  int64_t stopped_epoch() const { return stopped_epoch_; }
  int64_t best_epoch() const { return best_epoch_; }

 private:
  absl::Status KeepWeights(Trainer& trainer);
  absl::Status CheckWeights(Trainer& trainer) const;

  Monitor monitor_;
  int64_t wait_ = 0;
  int64_t stopped_epoch_ = 0;
  int64_t best_epoch_ = 0;
  std::optional<double> best_;
  std::optional<std::vector<Tensor>> best_weights_;  // of Model::variables
};

}  // namespace tricorn::keras
