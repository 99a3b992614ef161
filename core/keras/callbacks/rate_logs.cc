#include "core/keras/callbacks/rate_logs.h"

#include "core/base/status.h"

namespace tricorn::keras {

absl::Status AddLearningRates(Trainer& trainer, Logs& logs) {
  const std::vector<Optimizer*> members = trainer.optimizer().members();
  for (const Optimizer* member : members) {
    const std::string log =
        members.size() == 1 ? "learning_rate" : "learning_rate_" + member->name();
    ASSIGN_OR_RETURN(logs[log], trainer.LearningRate(*member));
  }
  return absl::OkStatus();
}

}  // namespace tricorn::keras
