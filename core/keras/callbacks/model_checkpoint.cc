#include "core/keras/callbacks/model_checkpoint.h"

#include "absl/time/clock.h"
#include "core/base/status.h"
#include "core/keras/callbacks/path_template.h"
#include "core/keras/saving/keras_file.h"
#include "core/keras/saving/weights_file.h"

namespace tricorn::keras {

absl::Status ModelCheckpoint::CheckConfig(const ModelCheckpointConfig& config) {
  const std::string& path = config.filepath;
  if (config.save_weights_only && !path.ends_with(".weights.h5")) {
    return InvalidArgument(
        "filepath: expected a path of weights that ends in .weights.h5, "
        "received '{}'",
        path);
  }
  if (!config.save_weights_only && !path.ends_with(".keras") && !path.ends_with(".h5")) {
    return InvalidArgument("filepath: expected a path that ends in .keras or .h5, received '{}'",
                           path);
  }
  if (!config.save_freq.ok()) {
    return InvalidArgument("save_freq: expected 'epoch' or a positive number");
  }
  return Monitor::CheckMode(config.mode);
}

absl::Status ModelCheckpoint::OnTrainBegin(Trainer&, FitOptions&) {
  steps_since_ = 0;
  return Check();
}

absl::Status ModelCheckpoint::OnBatchEnd(Trainer& trainer, const Progress& progress) {
  if (!config_.save_freq.Count(steps_since_)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Logs logs, trainer.CurrentLogs());
  return Save(trainer, progress.epoch, progress.step, logs);
}

absl::Status ModelCheckpoint::OnEpochEnd(Trainer& trainer, int64_t epoch, Logs& logs) {
  if (!config_.save_freq.every_epoch()) return absl::OkStatus();
  return Save(trainer, epoch, std::nullopt, logs);
}

absl::Status ModelCheckpoint::Save(Trainer& trainer, int64_t epoch, std::optional<int64_t> step,
                                   const Logs& logs) {
  ASSIGN_OR_RETURN(const std::string path, FillPath(config_.filepath, epoch + 1, step, logs));
  if (config_.save_best_only) {
    RETURN_IF_ERROR(monitor_.Resolve(config_.mode, trainer));
    if (const std::optional<double> value = monitor_.ValueIn(logs)) {
      if (!monitor_.IsBetter(*value, best_)) return absl::OkStatus();
      best_ = value;
    }
  }
  RETURN_IF_ERROR(env_.MakeDirectories(std::string(DirectoryOf(path))));
  OptimizerState state = {trainer.optimizer().name(), {}};
  ASSIGN_OR_RETURN(state.variables, trainer.GatherOptimizerState());
  last_path_ = path;
  if (config_.save_weights_only) {
    return SaveWeights(env_, path, trainer.model(), {.optimizer = state});
  }
  return keras::Save(env_, path, trainer.model(), absl::Now(), state);
}

}  // namespace tricorn::keras
