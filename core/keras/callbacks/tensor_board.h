#pragma once

#include <memory>
#include <string>

#include "core/base/clock.h"
#include "core/base/env.h"
#include "core/keras/callbacks/callback_with.h"
#include "core/keras/callbacks/event_file.h"
#include "core/keras/callbacks/save_freq.h"

namespace tricorn::keras {

struct TensorBoardConfig {
  std::string log_dir = "logs";
  int64_t histogram_freq = 0;  // of the weights, in epochs; 0: never
  bool write_graph = true;
  bool write_steps_per_second = false;
  SaveFreq update_freq = {};  // also of the running logs, every so many steps
  FIELDS(log_dir, histogram_freq, write_graph, write_steps_per_second, update_freq)
};
// Writes what TensorBoard shows, under Keras's tags: "epoch_LOG" in LOG_DIR/train and, of
// validation, LOG_DIR/validation; "evaluation_LOG_vs_iterations"; "batch_LOG".
class TensorBoard : public CallbackWith<TensorBoard, TensorBoardConfig> {
 public:
  static constexpr std::string_view kClassName = "TensorBoard";
  explicit TensorBoard(TensorBoardConfig config = {}, Env& env = Env::Posix(),
                       const Clock& clock = Clock::Real())
      : CallbackWith(std::move(config)), env_(env), clock_(clock) {}
  static absl::Status CheckConfig(const TensorBoardConfig& config);

  absl::Status OnTrainBegin(Trainer& trainer, FitOptions& options) override;
  absl::Status OnEpochBegin(Trainer& trainer, int64_t epoch) override;
  absl::Status OnBatchEnd(Trainer& trainer, const Progress& progress) override;
  absl::Status OnEpochEnd(Trainer& trainer, int64_t epoch, Logs& logs) override;
  absl::Status OnTrainEnd(Trainer& trainer) override;
  absl::Status OnTestEnd(Trainer& trainer, const Logs& logs) override;

 private:
  // One of the two files, made when first written to.
  absl::StatusOr<EventFile*> File(std::unique_ptr<EventFile>& file, std::string_view folder);
  absl::Status WriteScalars(EventFile& file, std::string_view prefix, std::string_view suffix,
                            const Logs& logs, int64_t step);
  absl::Status WriteHistograms(Trainer& trainer, int64_t epoch);
  double WallTime() const;

  Env& env_;
  const Clock& clock_;
  std::unique_ptr<EventFile> train_, validation_;
  int num_files_ = 0;
  int64_t steps_since_ = 0;
  int64_t epoch_first_step_ = 0;
  absl::Time epoch_began_;
};

}  // namespace tricorn::keras
