#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/device.h"
#include "models.h"

namespace tricorn::bench {

// A workload on a device: its state, one batch of random data, and its executables.
class Session {
 public:
  static absl::StatusOr<std::unique_ptr<Session>> Make(backend::Device& device,
                                                       const Workload& workload, int num_threads);

  absl::Status Step();
  absl::StatusOr<float> Loss();  // of the last step

  // Host array in, host array out.
  absl::Status PreparePredict(int64_t batch);
  absl::Status Predict();

  // The time of each node over `steps` steps, longest first.
  absl::StatusOr<std::string> Profile(int steps);

 private:
  Session(backend::Device& device, Workload workload, Model model, int num_threads);
  absl::Status PrepareTraining();

  backend::Device& device_;
  const Workload workload_;
  const Model model_;
  const int num_threads_;
  std::unique_ptr<backend::Executable> step_;
  std::vector<backend::Buffer> inputs_;
  std::vector<backend::Buffer> outputs_;
  std::unique_ptr<backend::Executable> predict_;
  std::vector<backend::Buffer> predict_inputs_;
  backend::Buffer predict_output_;
  Tensor host_x_;
  Tensor host_y_;
};

}  // namespace tricorn::bench
