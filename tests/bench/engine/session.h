#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/device.h"
#include "core/keras/training/predictor.h"
#include "core/keras/training/trainer.h"
#include "tests/bench/engine/models.h"

namespace tricorn::bench {

// A workload's model in training on a device, with one batch of random data that is there already.
class Session {
 public:
  static absl::StatusOr<std::unique_ptr<Session>> Make(backend::Device& device,
                                                       const Workload& workload, int num_threads);

  absl::Status Step();
  absl::StatusOr<double> Loss();  // of one more step

  // Host array in, host array out.
  absl::Status PreparePredict(int64_t batch);
  absl::Status Predict();

 private:
  Session(const Workload& workload, std::shared_ptr<keras::Model> model)
      : workload_(workload), model_(std::move(model)) {}

  const Workload workload_;
  const std::shared_ptr<keras::Model> model_;
  std::unique_ptr<keras::Trainer> trainer_;
  keras::StepInputs batch_;
  std::vector<backend::Buffer> arguments_;
  keras::Step* step_ = nullptr;
  std::unique_ptr<keras::Predictor> predictor_;
  std::vector<Tensor> images_;
};

}  // namespace tricorn::bench
