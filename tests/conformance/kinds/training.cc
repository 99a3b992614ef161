#include "core/base/status.h"
#include "core/keras/callbacks/registry.h"
#include "core/keras/training/predictor.h"
#include "core/keras/training/trainer.h"
#include "tests/conformance/expect_close.h"
#include "tests/conformance/load_model.h"
#include "tests/conformance/runners.h"
#include "tests/conformance/training_case.h"

namespace tricorn::conformance {
namespace {

// Compares logs with a JSON object of numbers.
absl::Status ExpectLogs(const Case& test, std::string_view what, const keras::Logs& got,
                        const Json& want) {
  if (got.size() != want.size()) {
    return Internal("{}: expected {} logs, received {}", what, want.size(), got.size());
  }
  for (const auto& [name, value] : want.AsObject()) {
    const auto it = got.find(name);
    if (it == got.end()) return Internal("{}: expected a log {}", what, name);
    RETURN_IF_ERROR(
        ExpectLog(test, fmt::format("{} {}", what, name), name, it->second, value.AsDouble()));
  }
  return absl::OkStatus();
}

// Checks the running logs of every batch and the weights after the first.
class BatchChecks : public keras::Callback {
 public:
  explicit BatchChecks(const Case& test) : test_(test) {}

  absl::Status OnBatchEnd(keras::Trainer& trainer, const keras::Progress&) override {
    ASSIGN_OR_RETURN(const keras::Logs logs, trainer.CurrentLogs());
    const Json::Array& expected = test_["batch_logs"].AsArray();
    if (batch_ >= expected.size()) return Internal("expected {} batches", expected.size());
    RETURN_IF_ERROR(ExpectLogs(test_, fmt::format("batch {}", batch_), logs, expected[batch_]));
    if (batch_++ > 0) return absl::OkStatus();
    RETURN_IF_ERROR(trainer.SyncToHost());
    return ExpectWeights(test_, trainer.model(), "after_first_batch",
                         test_["first_batch_rtol"].AsDouble(),
                         test_["first_batch_atol"].AsDouble());
  }

 private:
  const Case& test_;
  size_t batch_ = 0;
};

// Notes the learning rate after each epoch, when all other callbacks have been told of it.
class RateChecks : public keras::Callback {
 public:
  absl::Status OnEpochEnd(keras::Trainer& trainer, int64_t, keras::Logs&) override {
    ASSIGN_OR_RETURN(rates_.emplace_back(), trainer.LearningRate(trainer.optimizer()));
    return absl::OkStatus();
  }
  absl::Status Compare(const Case& test) const {
    const Json& expected = test["learning_rate_at_epoch_end"];
    if (!expected.is_array()) return absl::OkStatus();
    if (expected.size() != rates_.size()) {
      return Internal("epochs: expected {}, received {}", expected.size(), rates_.size());
    }
    for (size_t i = 0; i < rates_.size(); ++i) {
      RETURN_IF_ERROR(ExpectClose(fmt::format("learning rate {}", i), Tensor::Scalar(rates_[i]),
                                  Tensor::Scalar(expected.AsArray()[i].AsDouble()), test.rtol(),
                                  test.atol()));
    }
    return absl::OkStatus();
  }

 private:
  std::vector<double> rates_;
};

absl::StatusOr<std::vector<std::shared_ptr<keras::Callback>>> CallbacksOf(const Case& test) {
  keras::Registries objects;
  keras::AddCallbacks(objects.Of<keras::Callback>());
  std::vector<std::shared_ptr<keras::Callback>> callbacks;
  if (!test["callbacks"].is_array()) return callbacks;
  for (const Json& json : test["callbacks"].AsArray()) {
    ASSIGN_OR_RETURN(callbacks.emplace_back(),
                     keras::Deserializer(objects).Object<keras::Callback>(json));
  }
  return callbacks;
}

absl::Status ExpectOptimizerState(const Case& test, keras::Optimizer& optimizer) {
  const Json::Array& expected = test["optimizer_variables"].AsArray();
  if (expected.size() != optimizer.variables().size()) {
    return Internal("optimizer variables: expected {}, received {}", expected.size(),
                    optimizer.variables().size());
  }
  // Sums of gradients and of their squares are as far from Keras's as the steps made of them, which
  // the weights show.
  if (test.compute_dtype() != DType::kF32) return absl::OkStatus();
  for (size_t i = 0; i < expected.size(); ++i) {
    const std::string& path = expected[i]["path"].AsString();
    if (HasZeroGradient(test, path)) continue;
    RETURN_IF_ERROR(ExpectClose(test, path, optimizer.variables()[i]->value, expected[i]["final"]));
  }
  return absl::OkStatus();
}

absl::Status ExpectEvaluation(const Case& test, std::string_view key, keras::Trainer& trainer,
                              const Dataset& dataset) {
  if (test[key].is_null()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const keras::Logs logs, trainer.Evaluate(dataset));
  return ExpectLogs(test, key, logs, test[key]);
}

absl::Status ExpectPredictions(const Case& test, std::string_view key, const Roundings& roundings,
                               keras::Model& model, const std::vector<Tensor>& x,
                               backend::Device& device) {
  if (test[key].is_null()) return absl::OkStatus();
  keras::Predictor predictor(model, device, 1);
  ASSIGN_OR_RETURN(const std::vector<Tensor> got, predictor.Predict(x));
  std::vector<Json> names;
  AppendLeaves(test[key], names);
  if (names.size() != got.size()) {
    return Internal("{}: expected {} outputs, received {}", key, names.size(), got.size());
  }
  for (size_t i = 0; i < got.size(); ++i) {
    RETURN_IF_ERROR(ExpectClose(test, key, got[i], names[i], roundings));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RunTraining(const Case& test, backend::Device& device) {
  ASSIGN_OR_RETURN(const TrainingCase training, TrainingCase::Read(test));
  ASSIGN_OR_RETURN(keras::LoadedModel loaded, LoadModel(test, test["initial"]));
  keras::Model& model = *loaded.model;
  ASSIGN_OR_RETURN(const auto trainer, keras::Trainer::Create(model, device));
  // A model that was compiled but never trained holds no state that fits: it starts anew.
  RETURN_IF_ERROR(trainer->RestoreOptimizerState(loaded.optimizer.variables).status());
  RETURN_IF_ERROR(
      ExpectPredictions(test, "predict_before", kThroughModel, model, training.x, device));
  RETURN_IF_ERROR(ExpectEvaluation(test, "evaluate_before", *trainer, training.train));

  BatchChecks checks(test);
  ASSIGN_OR_RETURN(const auto tested, CallbacksOf(test));
  RateChecks rates;
  std::vector<keras::Callback*> callbacks = {&checks};
  for (const auto& callback : tested) callbacks.push_back(callback.get());
  callbacks.push_back(&rates);
  ASSIGN_OR_RETURN(
      const keras::History history,
      trainer->Fit(training.train, training.validation_or_null(), training.options, callbacks));
  RETURN_IF_ERROR(ExpectHistory(test, history));
  RETURN_IF_ERROR(rates.Compare(test));
  RETURN_IF_ERROR(trainer->SyncToHost());
  RETURN_IF_ERROR(ExpectWeights(test, model, "final", test.rtol(), test.atol()));
  RETURN_IF_ERROR(ExpectOptimizerState(test, trainer->optimizer()));
  RETURN_IF_ERROR(ExpectEvaluation(test, "evaluate_after", *trainer, training.train));
  return ExpectPredictions(test, "predict_after", kAfterTraining, model, training.x, device);
}

}  // namespace tricorn::conformance
