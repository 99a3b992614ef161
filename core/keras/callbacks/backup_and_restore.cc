#include "core/keras/callbacks/backup_and_restore.h"

#include "core/base/status.h"
#include "core/keras/saving/weights_file.h"

namespace tricorn::keras {
namespace {

constexpr std::string_view kWeights = "latest.weights.h5";
constexpr std::string_view kMetadata = "training_metadata.json";
constexpr std::string_view kBefore = ".bkp";
// Metadata whose weights are being written: those to go by where a kill came before they were in
// place, which the count of updates tells.
constexpr std::string_view kNext = ".next";

absl::StatusOr<Json> ReadMetadata(Env& env, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, env.ReadFile(path));
  absl::StatusOr<Json> json = Json::Parse(text);
  if (!json.ok()) return WithSubject(json.status(), path);
  if ((*json)["epoch"].is_int() && (*json)["epoch"].AsInt() >= 0) return json;
  return InvalidArgument("{}: expected the number of an epoch, received {}", path,
                         json->Dump().substr(0, 60));
}

// After SyncToHost.
Json UpdatesOf(Trainer& trainer) {
  return Json(static_cast<int64_t>(trainer.optimizer().iteration().value.At(0)));
}

}  // namespace

absl::Status BackupAndRestore::CheckConfig(const BackupAndRestoreConfig& config) {
  if (config.backup_dir.empty()) {
    return InvalidArgument("backup_dir: expected a folder, received an empty path");
  }
  if (!config.save_freq.ok()) {
    return InvalidArgument("save_freq: expected 'epoch' or a positive number");
  }
  return absl::OkStatus();
}

std::string BackupAndRestore::PathOf(std::string_view name) const {
  return JoinPath(config_.backup_dir, name);
}

absl::Status BackupAndRestore::Restore(Trainer& trainer, std::string_view suffix,
                                       FitOptions& options) {
  // Weights end as their loader wants it; a copy of before is read under its own name.
  const std::string weights = PathOf(kWeights) + std::string(suffix);
  std::string readable = weights;
  if (!suffix.empty()) {
    readable = PathOf("before.weights.h5");
    ASSIGN_OR_RETURN(const std::string bytes, env_.ReadFile(weights));
    RETURN_IF_ERROR(env_.WriteFileAtomically(readable, bytes));
  }
  absl::StatusOr<LoadedWeights> loaded = LoadWeights(env_, readable, trainer.model());
  if (!suffix.empty()) RETURN_IF_ERROR(env_.Remove(readable));
  RETURN_IF_ERROR(loaded.status());
  RETURN_IF_ERROR(trainer.SetOptimizerState(loaded->optimizer.variables));
  const std::string next = PathOf(kMetadata) + std::string(kNext);
  if (suffix.empty() && env_.Exists(next)) {
    const absl::StatusOr<Json> json = ReadMetadata(env_, next);
    if (json.ok() && (*json)["iteration"] == UpdatesOf(trainer)) {
      options.initial_epoch = (*json)["epoch"].AsInt();
      return absl::OkStatus();
    }
  }
  const std::string metadata = PathOf(kMetadata) + std::string(suffix);
  if (!env_.Exists(metadata)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Json json, ReadMetadata(env_, metadata));
  options.initial_epoch = json["epoch"].AsInt();
  return absl::OkStatus();
}

absl::Status BackupAndRestore::OnTrainBegin(Trainer& trainer, FitOptions& options) {
  RETURN_IF_ERROR(Check());
  steps_since_ = 0;
  if (env_.Exists(PathOf(kWeights))) {
    absl::Status status = Restore(trainer, "", options);
    if (!status.ok() && env_.Exists(PathOf(kWeights) + std::string(kBefore))) {
      status = Restore(trainer, kBefore, options);
    }
    RETURN_IF_ERROR(WithSubject(status, "BackupAndRestore"));
  }
  epoch_ = options.initial_epoch;
  step_ = 0;
  return absl::OkStatus();
}

absl::Status BackupAndRestore::OnBatchEnd(Trainer& trainer, const Progress& progress) {
  step_ = progress.step;
  return config_.save_freq.Count(steps_since_) ? Backup(trainer) : absl::OkStatus();
}

absl::Status BackupAndRestore::OnEpochEnd(Trainer& trainer, int64_t epoch, Logs&) {
  epoch_ = epoch + 1;
  step_ = 0;
  return config_.save_freq.every_epoch() ? Backup(trainer) : absl::OkStatus();
}

absl::Status BackupAndRestore::Backup(Trainer& trainer) {
  RETURN_IF_ERROR(env_.MakeDirectories(config_.backup_dir));
  for (const std::string_view name : {kWeights, kMetadata}) {
    if (!config_.double_checkpoint || !env_.Exists(PathOf(name))) continue;
    ASSIGN_OR_RETURN(const std::string bytes, env_.ReadFile(PathOf(name)));
    RETURN_IF_ERROR(env_.WriteFileAtomically(PathOf(name) + std::string(kBefore), bytes));
  }
  OptimizerState state = {trainer.optimizer().name(), {}};
  ASSIGN_OR_RETURN(state.variables, trainer.GatherOptimizerState());
  const std::string metadata =
      Json::MakeObject({{"epoch", epoch_}, {"batch", step_}, {"iteration", UpdatesOf(trainer)}})
          .Dump();
  const std::string next = PathOf(kMetadata) + std::string(kNext);
  RETURN_IF_ERROR(env_.WriteFileAtomically(next, metadata));
  RETURN_IF_ERROR(SaveWeights(env_, PathOf(kWeights), trainer.model(), {.optimizer = state}));
  return env_.Rename(next, PathOf(kMetadata));
}

absl::Status BackupAndRestore::OnTrainEnd(Trainer&) {
  if (!config_.delete_checkpoint || !env_.Exists(config_.backup_dir)) return absl::OkStatus();
  return env_.RemoveRecursively(config_.backup_dir);
}

}  // namespace tricorn::keras
