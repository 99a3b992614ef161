#pragma once

#include <string>

#include "core/base/env.h"
#include "core/keras/callbacks/callback_with.h"
#include "core/keras/callbacks/save_freq.h"

namespace tricorn::keras {

struct BackupAndRestoreConfig {
  std::string backup_dir;
  SaveFreq save_freq = {};
  bool double_checkpoint = false;
  bool delete_checkpoint = true;
  FIELDS(backup_dir, save_freq, double_checkpoint, delete_checkpoint)
};
// Keeps the state of Fit in a folder of its own, latest.weights.h5 and training_metadata.json as
// Keras names them, and goes on from there when Fit is called again after it was interrupted: at
// the beginning of the epoch that the last backup was taken in, also where the process was killed
// between the two files. With `double_checkpoint` the backup before is kept too, for when the last
// one cannot be read. The folder is removed at the end.
// Errors: InvalidArgument without a folder; those of the file system and of files that do not fit.
class BackupAndRestore : public CallbackWith<BackupAndRestore, BackupAndRestoreConfig> {
 public:
  static constexpr std::string_view kClassName = "BackupAndRestore";
  explicit BackupAndRestore(BackupAndRestoreConfig config, Env& env = Env::Posix())
      : CallbackWith(std::move(config)), env_(env) {}
  static absl::Status CheckConfig(const BackupAndRestoreConfig& config);

  absl::Status OnTrainBegin(Trainer& trainer, FitOptions& options) override;
  absl::Status OnBatchEnd(Trainer& trainer, const Progress& progress) override;
  absl::Status OnEpochEnd(Trainer& trainer, int64_t epoch, Logs& logs) override;
  absl::Status OnTrainEnd(Trainer& trainer) override;

 private:
  std::string PathOf(std::string_view name) const;
  absl::Status Restore(Trainer& trainer, std::string_view suffix, FitOptions& options);
  absl::Status Backup(Trainer& trainer);

  Env& env_;
  int64_t steps_since_ = 0;
  int64_t epoch_ = 0;  // to go on with
  int64_t step_ = 0;   // of it
};

}  // namespace tricorn::keras
