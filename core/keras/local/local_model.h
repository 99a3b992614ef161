#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/device.h"
#include "core/keras/models/model.h"
#include "core/keras/saving/keras_file.h"
#include "core/keras/serialization/object.h"
#include "core/keras/training/predictor.h"
#include "core/keras/training/trainer.h"

namespace tricorn::keras {

// An argument of Compile: a name ("adam", "mse"), an object (Adam({.learning_rate = 1e-3})), or
// what Keras serializes.
class CompileArgument {
 public:
  CompileArgument() = default;
  CompileArgument(const char* name) : json_(name) {}                               // NOLINT
  CompileArgument(Json json) : json_(std::move(json)) {}                           // NOLINT
  CompileArgument(const Serializable& object) : json_(SerializeObject(object)) {}  // NOLINT
  const Json& json() const { return json_; }

 private:
  Json json_;
};

// Keras's arguments of `compile`. For several outputs `loss` and `loss_weights` may be JSON lists
// or dictionaries, and metrics one list an output.
struct CompileOptions {
  CompileArgument optimizer = "rmsprop";
  CompileArgument loss = {};
  Json loss_weights = {};
  std::vector<CompileArgument> metrics = {};
  std::vector<CompileArgument> weighted_metrics = {};
};

// A model that trains and runs in this process, on the CPU, with no service.
//
//   LocalModel model(Sequential({Input({.shape = {{784}}}), Dense({.units = 10})}));
//   RETURN_IF_ERROR(model.Compile({.optimizer = Adam({.learning_rate = 0.001}),
//                                  .loss = SparseCategoricalCrossentropy({.from_logits = true}),
//                                  .metrics = {"accuracy"}}));
//   ASSIGN_OR_RETURN(History history, model.Fit(train, {.batch_size = 128, .epochs = 3}));
//   RETURN_IF_ERROR(model.Save("trained.keras"));
//
// For one thread at a time.
class LocalModel {
 public:
  // Variables without a value are drawn from their initializers with `seed`.
  explicit LocalModel(std::shared_ptr<Model> model, uint64_t seed = 0);
  // With its weights, compile config and optimizer state.
  static absl::StatusOr<LocalModel> Load(const std::string& path);

  // Errors: those of the layers; NotFound and InvalidArgument for arguments that Keras does not
  // have.
  absl::Status Compile(const CompileOptions& options);
  // Goes on with the optimizer's state of earlier calls.
  absl::StatusOr<History> Fit(const Dataset& train, const FitOptions& options = {},
                              const Dataset* validation = nullptr,
                              std::span<Callback* const> callbacks = {});
  absl::StatusOr<Logs> Evaluate(const Dataset& dataset, const EvaluateOptions& options = {});
  // x: one tensor an input, (rows, ...) each; one tensor an output.
  absl::StatusOr<std::vector<Tensor>> Predict(const std::vector<Tensor>& x);
  std::string Summary() const { return model_->Summary(); }
  // A `.keras` archive that real Keras opens, with the optimizer's state where there is one.
  absl::Status Save(const std::string& path);

  Model& model() { return *model_; }

 private:
  absl::StatusOr<Trainer*> GetTrainer();

  std::shared_ptr<Model> model_;
  absl::Status status_;  // of initialization
  std::unique_ptr<backend::Device> device_;
  int num_threads_;
  OptimizerState loaded_state_;  // until the trainer takes it
  std::unique_ptr<Trainer> trainer_;
  std::unique_ptr<Predictor> predictor_;
};

}  // namespace tricorn::keras
