#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "core/keras/remat/remat_scope.h"
#include "core/keras/training/validation_freq.h"

namespace tricorn::keras {

// Keras's arguments of `fit`.
struct FitOptions {
  int64_t batch_size = 32;  // of the global batch
  int64_t epochs = 1;       // the epoch to stop before, counted from 0
  int64_t initial_epoch = 0;
  // Steps of the initial epoch that are done already: training goes on within it, with the metrics
  // of Trainer::SetMetricState.
  int64_t initial_step = 0;
  bool shuffle = true;
  uint64_t seed = 0;                            // of the shuffle
  std::map<int64_t, double> class_weight = {};  // 1 for classes that are not listed
  double validation_split = 0;  // the last part of the samples, where there is no validation set
  // An epoch of fewer steps than the data has; the next one goes on where it ended, until the data
  // does.
  std::optional<int64_t> steps_per_epoch = std::nullopt;
  std::optional<int64_t> validation_steps = std::nullopt;
  std::optional<int64_t> validation_batch_size = std::nullopt;  // batch_size when none
  ValidationFreq validation_freq = 1;
  bool terminate_on_nan = false;  // a loss that is no finite number is an error
  // What the training step computes again rather than keep, where that step is first traced.
  std::optional<RematPolicy> remat = std::nullopt;
};

struct EvaluateOptions {
  int64_t batch_size = 32;
  std::optional<int64_t> steps = std::nullopt;
};

struct PredictOptions {
  int64_t batch_size = 32;
  std::optional<int64_t> steps = std::nullopt;
};

}  // namespace tricorn::keras
