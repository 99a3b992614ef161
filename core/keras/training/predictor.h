#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/data/dataset.h"
#include "core/keras/models/model.h"
#include "core/keras/training/callback.h"
#include "core/keras/training/device_state.h"
#include "core/keras/training/fit_options.h"
#include "core/keras/training/function.h"

namespace tricorn::keras {

// Runs a model on inputs alone, at most `max_batch` rows at a time. Compiled once for each shape;
// the number of shapes kept is bounded. For one thread at a time.
class Predictor {
 public:
  static constexpr int64_t kDefaultMaxBatch = 1024;

  // `model` and `device` outlive the predictor; the model's variables are read when first needed.
  Predictor(Model& model, backend::Device& device, int num_threads,
            int64_t max_batch = kDefaultMaxBatch)
      : model_(model), state_(device), num_threads_(num_threads), max_batch_(max_batch) {}

  // x: one tensor an input, (rows, ...) each; any number of rows. One tensor an output, (rows,
  // ...), or of the model's own length where an output does not follow the batch. Errors:
  // InvalidArgument for inputs that do not fit the model.
  absl::StatusOr<std::vector<Tensor>> Predict(const std::vector<Tensor>& x);
  // The rows of a dataset's x columns, a batch at a time. `tell`, if any, hears of each batch
  // before it and after it.
  using Tell = std::function<absl::Status(const Progress& progress, bool begins)>;
  absl::StatusOr<std::vector<Tensor>> Predict(const Dataset& dataset, const PredictOptions& options,
                                              const Tell& tell = nullptr);

  // Compiles for batches of `rows`, before the first request needs it.
  absl::Status WarmUp(int64_t rows);
  // Takes the model's variables again after they have changed.
  absl::Status Refresh();

 private:
  struct Compiled {
    std::unique_ptr<Function> function;
    std::vector<backend::Buffer> arguments;
    std::vector<backend::Buffer> results;
  };
  absl::Status Check(const std::vector<Tensor>& x) const;
  absl::StatusOr<Compiled*> CompiledFor(const std::vector<Tensor>& x);
  absl::StatusOr<std::vector<Tensor>> PredictChunk(const std::vector<Tensor>& x);

  Model& model_;
  DeviceState state_;
  const int num_threads_;
  const int64_t max_batch_;
  std::map<std::string, Compiled> functions_;  // by the inputs' types
};

}  // namespace tricorn::keras
