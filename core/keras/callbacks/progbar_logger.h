#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/keras/callbacks/callback_with.h"

namespace tricorn::keras {

// Keras's progress bar: the bar and running logs of an epoch on one line, drawn over itself a few
// times a second, and left there when the epoch is over.
class ProgbarLogger : public Callback {
 public:
  static constexpr std::string_view kClassName = "ProgbarLogger";
  using Write = std::function<void(std::string_view)>;

  // Writes to `write`, standard output when null. `verbose`: 1 draws a bar, 2 a line an epoch.
  explicit ProgbarLogger(int verbose = 1, Write write = nullptr,
                         const Clock& clock = Clock::Real());

  absl::Status OnTrainBegin(Trainer& trainer, FitOptions& options) override;
  absl::Status OnEpochBegin(Trainer& trainer, int64_t epoch) override;
  absl::Status OnBatchEnd(Trainer& trainer, const Progress& progress) override;
  absl::Status OnEpochEnd(Trainer& trainer, int64_t epoch, Logs& logs) override;
  absl::Status OnTrainEnd(Trainer& trainer) override;
  absl::Status OnTestBegin(Trainer& trainer) override;
  absl::Status OnTestBatchEnd(Trainer& trainer, const Progress& progress) override;
  absl::Status OnTestEnd(Trainer& trainer, const Logs& logs) override;

 private:
  void Begin();
  absl::Status Draw(Trainer& trainer, const Progress& progress);
  void Finish(const Logs& logs);

  const int verbose_;
  const Write write_;
  const Clock& clock_;
  int64_t epochs_ = 0;
  bool in_fit_ = false;
  absl::Time began_, drawn_;
  Progress progress_;
};

}  // namespace tricorn::keras
