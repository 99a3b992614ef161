#pragma once

#include "absl/status/status.h"
#include "core/keras/training/trainer.h"

namespace tricorn::keras {

// Adds "learning_rate" to `logs`, or "learning_rate_NAME" for each of several optimizers.
absl::Status AddLearningRates(Trainer& trainer, Logs& logs);

}  // namespace tricorn::keras
