#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/device.h"
#include "core/data/dataset.h"
#include "core/keras/training/predictor.h"
#include "core/keras/training/trainer.h"
#include "tests/bench/engine/models.h"

namespace tricorn::bench {

// A workload's model in training on a device, with one batch of random data that is there already.
class Session {
 public:
  static absl::StatusOr<std::unique_ptr<Session>> Make(backend::Device& device,
                                                       const Workload& workload, int num_threads);

  absl::Status Step();            // enqueued, not waited for
  absl::Status Synchronize();     // waits for the steps
  absl::StatusOr<double> Loss();  // of one more step

  // A data set of `steps` batches in host memory, and an epoch of `fit` over it.
  absl::Status PrepareFit(int64_t steps);
  absl::Status Fit();

  // Host array in, host array out.
  absl::Status PreparePredict(int64_t batch);
  absl::Status Predict();

 private:
  Session(backend::Device& device, const Workload& workload, std::shared_ptr<keras::Model> model)
      : device_(device), workload_(workload), model_(std::move(model)) {}

  backend::Device& device_;
  const Workload workload_;
  const std::shared_ptr<keras::Model> model_;
  std::unique_ptr<keras::Trainer> trainer_;
  keras::StepInputs batch_;
  std::vector<backend::Buffer> arguments_;
  keras::Step* step_ = nullptr;
  std::unique_ptr<keras::Predictor> predictor_;
  std::vector<Tensor> images_;
  std::optional<Dataset> dataset_;
};

}  // namespace tricorn::bench
