#include "core/keras/callbacks/terminate_on_nan.h"

#include <cmath>

#include "core/base/status.h"

namespace tricorn::keras {

absl::Status TerminateOnNaN::OnBatchEnd(Trainer& trainer, const Progress& progress) {
  ASSIGN_OR_RETURN(const Logs logs, trainer.CurrentLogs());
  const auto loss = logs.find("loss");
  if (loss == logs.end() || std::isfinite(loss->second)) return absl::OkStatus();
  if (config_.raise_error) {
    return InvalidArgument("loss: expected a finite number, received {} in epoch {}, step {}",
                           loss->second, progress.epoch + 1, progress.step);
  }
  trainer.RequestStop();
  return absl::OkStatus();
}

}  // namespace tricorn::keras
