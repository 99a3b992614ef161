#pragma once

#include <optional>
#include <string>

#include "core/base/env.h"
#include "core/keras/callbacks/callback_with.h"
#include "core/keras/callbacks/monitor.h"
#include "core/keras/callbacks/save_freq.h"

namespace tricorn::keras {

struct ModelCheckpointConfig {
  std::string filepath;  // with {epoch:02d}, {batch}, {val_loss:.2f}: epoch, batch from 1, and logs
  std::string monitor = "val_loss";
  int64_t verbose = 0;  // kept for the config; nothing is printed
  bool save_best_only = false;
  bool save_weights_only = false;
  std::string mode = "auto";
  SaveFreq save_freq = {};
  std::optional<double> initial_value_threshold = std::nullopt;
  FIELDS(filepath, monitor, verbose, save_best_only, save_weights_only, mode, save_freq,
         initial_value_threshold)
};
// Saves the model, or its weights with the optimizer's state, at the end of epochs or every so many
// steps. Folders are made as needed. With `save_best_only`, only where the monitored log has become
// better, or is missing.
// Errors: InvalidArgument for a path that does not end in .keras or .h5, or, of weights, in
// .weights.h5; those of the file system.
class ModelCheckpoint : public CallbackWith<ModelCheckpoint, ModelCheckpointConfig> {
 public:
  static constexpr std::string_view kClassName = "ModelCheckpoint";
  explicit ModelCheckpoint(ModelCheckpointConfig config, Env& env = Env::Posix())
      : CallbackWith(std::move(config)),
        env_(env),
        monitor_(config_.monitor, 0),
        best_(config_.initial_value_threshold) {}
  static absl::Status CheckConfig(const ModelCheckpointConfig& config);

  absl::Status OnTrainBegin(Trainer& trainer, FitOptions& options) override;
  absl::Status OnBatchEnd(Trainer& trainer, const Progress& progress) override;
  absl::Status OnEpochEnd(Trainer& trainer, int64_t epoch, Logs& logs) override;

  // Where it saved last; empty before.
  const std::string& last_path() const { return last_path_; }

 private:
  absl::Status Save(Trainer& trainer, int64_t epoch, std::optional<int64_t> step, const Logs& logs);

  Env& env_;
  Monitor monitor_;
  std::optional<double> best_;
  int64_t steps_since_ = 0;
  std::string last_path_;
};

}  // namespace tricorn::keras
