#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/device.h"
#include "core/keras/local/arrays.h"
#include "core/keras/models/model.h"
#include "core/keras/saving/keras_file.h"
#include "core/keras/saving/weights_file.h"
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
// or dictionaries.
struct CompileOptions {
  CompileArgument optimizer = "rmsprop";
  CompileArgument loss = {};
  Json loss_weights = {};
  std::vector<CompileArgument> metrics = {};
  std::vector<CompileArgument> weighted_metrics = {};
  // For several outputs: lists or dictionaries by output, in place of the two above.
  Json metrics_json = {};
  Json weighted_metrics_json = {};
};

// Keras's arguments of train_on_batch and test_on_batch beside x.
struct OnBatchOptions {
  Arrays y = {};
  Arrays sample_weight = {};
  std::map<int64_t, double> class_weight = {};  // of training
};

// A model that trains and runs in this process with no service.
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
  // Variables without a value are drawn from their initializers with `seed`. `objects` has the
  // losses, metrics and optimizers of the user's own. It computes on `device`
  // (core/backend/choice); null: the processor.
  explicit LocalModel(std::shared_ptr<Model> model, uint64_t seed = 0, Registries objects = {},
                      std::unique_ptr<backend::Device> device = nullptr);
  // With its weights, compile config and optimizer state.
  static absl::StatusOr<LocalModel> Load(const std::string& path,
                                         const Registries& objects = BuiltinObjects(),
                                         std::unique_ptr<backend::Device> device = nullptr);

  // Errors: those of the layers; NotFound and InvalidArgument for arguments that Keras does not
  // have.
  absl::Status Compile(const CompileOptions& options);
  // Goes on with the optimizer's state of earlier calls.
  absl::StatusOr<History> Fit(const Dataset& train, const FitOptions& options = {},
                              const Dataset* validation = nullptr,
                              std::span<Callback* const> callbacks = {});
  absl::StatusOr<Logs> Evaluate(const Dataset& dataset, const EvaluateOptions& options = {},
                                std::span<Callback* const> callbacks = {});
  // x: one tensor an input, (rows, ...) each; one tensor an output.
  absl::StatusOr<std::vector<Tensor>> Predict(const std::vector<Tensor>& x);
  // The x columns of a dataset, a batch at a time. Callbacks need a compiled model.
  absl::StatusOr<std::vector<Tensor>> Predict(const Dataset& dataset,
                                              const PredictOptions& options = {},
                                              std::span<Callback* const> callbacks = {});
  // The mask that each output carries, (rows, ...) of bool; none where it has none.
  absl::StatusOr<std::vector<std::optional<Tensor>>> ComputeMask(const std::vector<Tensor>& x);

  // One step. As in Keras the logs go on from earlier steps, until ResetMetrics.
  absl::StatusOr<Logs> TrainOnBatch(const Arrays& x, const OnBatchOptions& options);
  absl::StatusOr<Logs> TestOnBatch(const Arrays& x, const OnBatchOptions& options);
  absl::StatusOr<std::vector<Tensor>> PredictOnBatch(const std::vector<Tensor>& x) {
    return Predict(x);
  }
  absl::Status ResetMetrics();

  std::string Summary(const SummaryOptions& options = {}) const { return model_->Summary(options); }
  // A `.keras` archive, or by the path's end a `.h5` file, that real Keras opens, with the
  // optimizer's state where there is one.
  absl::Status Save(const std::string& path);
  // As weights_file.h says, with the optimizer's state where the form holds one.
  absl::Status SaveWeights(const std::string& path,
                           std::optional<double> max_shard_gib = std::nullopt);
  // What was skipped. The optimizer's state comes too, where the file has it.
  absl::StatusOr<std::vector<std::string>> LoadWeights(const std::string& path,
                                                       const LoadWeightsOptions& options = {});

  Model& model() { return *model_; }
  // What runs it, for what has no shortcut here; once compiled.
  absl::StatusOr<Trainer*> GetTrainer();

 private:
  absl::StatusOr<Logs> RunOnBatch(const Arrays& x, const OnBatchOptions& options, bool training);
  Predictor& GetPredictor();
  OptimizerState CurrentOptimizerState() const;
  // After the host's weights have changed.
  absl::Status TakeWeights();

  std::shared_ptr<Model> model_;
  Registries objects_;
  absl::Status status_;  // of initialization
  std::unique_ptr<backend::Device> device_;
  int num_threads_;
  OptimizerState loaded_state_;  // until the trainer takes it
  std::unique_ptr<Trainer> trainer_;
  std::unique_ptr<Predictor> predictor_;
};

}  // namespace tricorn::keras
