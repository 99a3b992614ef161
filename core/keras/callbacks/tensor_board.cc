#include "core/keras/callbacks/tensor_board.h"

#include "core/base/status.h"
#include "core/keras/callbacks/rate_logs.h"
#include "core/keras/callbacks/summary_encoder.h"

namespace tricorn::keras {

absl::Status TensorBoard::CheckConfig(const TensorBoardConfig& config) {
  if (config.histogram_freq < 0 || !config.update_freq.ok()) {
    return InvalidArgument("histogram_freq, update_freq: expected no negative number");
  }
  return absl::OkStatus();
}

double TensorBoard::WallTime() const {
  return absl::ToDoubleSeconds(clock_.Now() - absl::UnixEpoch());
}

absl::StatusOr<EventFile*> TensorBoard::File(std::unique_ptr<EventFile>& file,
                                             std::string_view folder) {
  if (file == nullptr) {
    ASSIGN_OR_RETURN(file, EventFile::Create(env_, JoinPath(config_.log_dir, folder), clock_.Now(),
                                             num_files_++));
  }
  return file.get();
}

absl::Status TensorBoard::WriteScalars(EventFile& file, std::string_view prefix,
                                       std::string_view suffix, const Logs& logs, int64_t step) {
  for (const auto& [name, value] : logs) {
    const std::string tag = std::string(prefix).append(name).append(suffix);
    RETURN_IF_ERROR(file.Append(ScalarEvent(WallTime(), step, tag, value)));
  }
  return file.Flush();
}

absl::Status TensorBoard::OnTrainBegin(Trainer& trainer, FitOptions&) {
  RETURN_IF_ERROR(Check());
  train_.reset();
  validation_.reset();
  steps_since_ = 0;
  if (!config_.write_graph) return absl::OkStatus();
  ASSIGN_OR_RETURN(EventFile * file, File(train_, "train"));
  return file->Append(ModelGraphEvent(WallTime(), "keras", trainer.model().Serialize().Dump()));
}

absl::Status TensorBoard::OnEpochBegin(Trainer& trainer, int64_t) {
  epoch_began_ = clock_.Now();
  epoch_first_step_ = trainer.global_step();
  return absl::OkStatus();
}

absl::Status TensorBoard::OnBatchEnd(Trainer& trainer, const Progress& progress) {
  if (!config_.update_freq.Count(steps_since_)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Logs logs, trainer.CurrentLogs());
  ASSIGN_OR_RETURN(EventFile * file, File(train_, "train"));
  return WriteScalars(*file, "batch_", "", logs, progress.global_step);
}

absl::Status TensorBoard::OnEpochEnd(Trainer& trainer, int64_t epoch, Logs& logs) {
  Logs train, validation;
  for (const auto& [name, value] : logs) {
    name.starts_with("val_") ? validation[name.substr(4)] = value : train[name] = value;
  }
  RETURN_IF_ERROR(AddLearningRates(trainer, train));
  if (config_.write_steps_per_second) {
    train["steps_per_second"] = static_cast<double>(trainer.global_step() - epoch_first_step_) /
                                absl::ToDoubleSeconds(clock_.Now() - epoch_began_);
  }
  ASSIGN_OR_RETURN(EventFile * file, File(train_, "train"));
  RETURN_IF_ERROR(WriteScalars(*file, "epoch_", "", train, epoch));
  if (!validation.empty()) {
    ASSIGN_OR_RETURN(file, File(validation_, "validation"));
    RETURN_IF_ERROR(WriteScalars(*file, "epoch_", "", validation, epoch));
  }
  if (config_.histogram_freq == 0 || epoch % config_.histogram_freq != 0) return absl::OkStatus();
  return WriteHistograms(trainer, epoch);
}

absl::Status TensorBoard::WriteHistograms(Trainer& trainer, int64_t epoch) {
  RETURN_IF_ERROR(trainer.SyncToHost());
  ASSIGN_OR_RETURN(EventFile * file, File(train_, "train"));
  for (const Variable* weight : trainer.model().weights()) {
    RETURN_IF_ERROR(file->Append(
        HistogramEvent(WallTime(), epoch, weight->path + "/histogram", weight->value)));
  }
  return file->Flush();
}

absl::Status TensorBoard::OnTestEnd(Trainer& trainer, const Logs& logs) {
  ASSIGN_OR_RETURN(EventFile * file, File(validation_, "validation"));
  return WriteScalars(*file, "evaluation_", "_vs_iterations", logs, trainer.global_step());
}

absl::Status TensorBoard::OnTrainEnd(Trainer&) {
  for (std::unique_ptr<EventFile>* file : {&train_, &validation_}) {
    if (*file != nullptr) RETURN_IF_ERROR((*file)->Close());
    file->reset();
  }
  return absl::OkStatus();
}

}  // namespace tricorn::keras
