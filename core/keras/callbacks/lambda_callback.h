#pragma once

#include <functional>
#include <utility>

#include "core/keras/training/callback.h"

namespace tricorn::keras {

// Keras's LambdaCallback: functions for the hooks that matter, none for the others.
struct LambdaHooks {
  std::function<absl::Status(Trainer&, FitOptions&)> on_train_begin = nullptr;
  std::function<absl::Status(Trainer&)> on_train_end = nullptr;
  std::function<absl::Status(Trainer&, int64_t epoch)> on_epoch_begin = nullptr;
  std::function<absl::Status(Trainer&, int64_t epoch, Logs&)> on_epoch_end = nullptr;
  std::function<absl::Status(Trainer&, const Progress&)> on_train_batch_begin = nullptr;
  std::function<absl::Status(Trainer&, const Progress&)> on_train_batch_end = nullptr;
};

class LambdaCallback : public Callback {
 public:
  explicit LambdaCallback(LambdaHooks hooks) : hooks_(std::move(hooks)) {}

  absl::Status OnTrainBegin(Trainer& trainer, FitOptions& options) override {
    return Call(hooks_.on_train_begin, trainer, options);
  }
  absl::Status OnTrainEnd(Trainer& trainer) override { return Call(hooks_.on_train_end, trainer); }
  absl::Status OnEpochBegin(Trainer& trainer, int64_t epoch) override {
    return Call(hooks_.on_epoch_begin, trainer, epoch);
  }
  absl::Status OnEpochEnd(Trainer& trainer, int64_t epoch, Logs& logs) override {
    return Call(hooks_.on_epoch_end, trainer, epoch, logs);
  }
  absl::Status OnBatchBegin(Trainer& trainer, const Progress& progress) override {
    return Call(hooks_.on_train_batch_begin, trainer, progress);
  }
  absl::Status OnBatchEnd(Trainer& trainer, const Progress& progress) override {
    return Call(hooks_.on_train_batch_end, trainer, progress);
  }

 private:
  template <typename F, typename... Args>
  static absl::Status Call(const F& function, Args&&... args) {
    return function == nullptr ? absl::OkStatus() : function(std::forward<Args>(args)...);
  }

  const LambdaHooks hooks_;
};

}  // namespace tricorn::keras
