#include <algorithm>

#include "core/base/status.h"
#include "core/keras/models/quantize.h"
#include "core/keras/saving/builtin_objects.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/transform/gradient/autodiff.h"
#include "tests/conformance/expect_close.h"
#include "tests/conformance/load_model.h"
#include "tests/conformance/runners.h"
#include "tests/conformance/traced.h"

namespace tricorn::conformance {
namespace {

// The variable behind each key "w.0", "w.1", ....
using Weights = std::map<std::string, keras::Variable*>;

absl::StatusOr<Weights> SetWeights(const Case& test, keras::Model& model) {
  const std::vector<keras::Variable*> variables = model.weights();
  const Json::Array& expected = test["weights"].AsArray();
  if (expected.size() != variables.size()) {
    return Internal("weights: expected {}, the model has {}", expected.size(), variables.size());
  }
  Weights weights;
  for (size_t i = 0; i < expected.size(); ++i) {
    keras::Variable& variable = *variables[i];
    const std::string& path = expected[i]["path"].AsString();
    if (variable.path != path) {
      return Internal("weight {}: expected path {}, received {}", i, path, variable.path);
    }
    ASSIGN_OR_RETURN(const Tensor value, test.Array(expected[i]["key"]));
    if (value.shape() != variable.type.shape) {
      return Internal("{}: expected shape {}, received {}", path, value.shape().ToString(),
                      variable.type.shape.ToString());
    }
    variable.value = value.Cast(variable.type.dtype);
    weights[expected[i]["key"].AsString()] = &variable;
  }
  return weights;
}

// One mode of a case: what it expects, in the order in which values are computed.
class ModeRun {
 public:
  ModeRun(const Case& test, const Json& mode, keras::Model& model, const Weights& weights)
      : test_(test),
        mode_(mode),
        model_(model),
        weights_(weights),
        context_(traced_.builder(), mode["training"].is_bool() && mode["training"].AsBool()) {}

  absl::Status Run(backend::Device& device) {
    RETURN_IF_ERROR(Trace());
    RETURN_IF_ERROR(AddGradients());
    for (const auto& read : context_.reads()) traced_.Bind(read.input, read.variable->value);
    ASSIGN_OR_RETURN(const std::vector<Tensor> got, traced_.Evaluate(device));
    for (size_t i = 0; i < expected_.size(); ++i) {
      RETURN_IF_ERROR(ExpectClose(test_, expected_[i].what, got[i], expected_[i].array,
                                  expected_[i].roundings));
    }
    if (mode_["losses"].is_null()) return absl::OkStatus();
    return CheckLosses({got.end() - num_losses_, got.end()});
  }

 private:
  struct Expected {
    std::string what;
    Json array;
    Roundings roundings = kForward;
  };

  void Expect(Expected expected, ir::Value value) {
    traced_.Output("out" + std::to_string(expected_.size()), value);
    expected_.push_back(std::move(expected));
  }

  absl::Status Trace() {
    for (const Json& name : test_["inputs"].AsArray()) {
      ASSIGN_OR_RETURN(Tensor value, test_.Array(name));
      inputs_.push_back(traced_.Input(name.AsString(), std::move(value)));
    }
    outputs_ = model_.Apply(context_, inputs_);
    model_.AddRegularizationLosses(context_);
    RETURN_IF_ERROR(traced_.builder().status());
    const Json::Array& names = mode_["outputs"].AsArray();
    if (names.size() != outputs_.size()) {
      return Internal("outputs: expected {}, received {}", names.size(), outputs_.size());
    }
    for (size_t i = 0; i < names.size(); ++i) {
      Expect({"output " + std::to_string(i), names[i]}, outputs_[i]);
    }
    if (mode_["updated_weights"].is_object()) {
      for (const auto& [key, array] : mode_["updated_weights"].AsObject()) {
        const keras::Variable& variable = *weights_.at(key);
        Expect({"updated " + variable.path, array}, context_.Read(variable));
      }
    }
    return Repeat();
  }

  // Further calls on the same inputs: what the calls before assigned to variables, they read.
  absl::Status Repeat() {
    if (!mode_["repeat_outputs"].is_array()) return absl::OkStatus();
    int64_t call = 1;
    for (const Json& names : mode_["repeat_outputs"].AsArray()) {
      const ir::Values outputs = model_.Apply(context_, inputs_);
      RETURN_IF_ERROR(traced_.builder().status());
      if (names.size() != outputs.size()) {
        return Internal("outputs: expected {}, received {}", names.size(), outputs.size());
      }
      for (size_t i = 0; i < outputs.size(); ++i) {
        Expect({fmt::format("output {} of call {}", i, call), names.AsArray()[i]}, outputs[i]);
      }
      ++call;
    }
    return absl::OkStatus();
  }

  absl::Status AddGradients() {
    ir::Values ys, dys, xs;
    std::vector<Expected> expected;
    if (mode_["loss_weights"].is_object()) {
      const Json::Array& names = mode_["outputs"].AsArray();
      for (size_t i = 0; i < names.size(); ++i) {
        const Json& weight = mode_["loss_weights"][names[i].AsString()];
        if (weight.is_null()) continue;
        ASSIGN_OR_RETURN(const Tensor value, test_.Array(weight));
        ys.push_back(outputs_[i]);
        dys.push_back(traced_.builder().Constant(value.Cast(outputs_[i].dtype())));
      }
    }
    if (mode_["input_grads"].is_object()) {
      for (const auto& [name, array] : mode_["input_grads"].AsObject()) {
        const Json::Array& inputs = test_["inputs"].AsArray();
        for (size_t i = 0; i < inputs.size(); ++i) {
          if (inputs[i] == Json(name)) {
            xs.push_back(inputs_[i]);
            expected.push_back({"gradient of " + name, array});
          }
        }
      }
    }
    if (mode_["weight_grads"].is_object()) {
      for (const auto& [key, array] : mode_["weight_grads"].AsObject()) {
        const keras::Variable& variable = *weights_.at(key);
        const auto& reads = context_.reads();
        const auto read = std::find_if(reads.begin(), reads.end(), [&](const auto& candidate) {
          return candidate.variable == &variable;
        });
        if (read == reads.end()) return Internal("{}: expected to be read", variable.path);
        xs.push_back(read->input);
        expected.push_back({"gradient of " + variable.path, array});
      }
    }
    if (!ys.empty() && !xs.empty()) {
      Roundings roundings = kBackward;
      for (const Expected& one : expected) {
        ASSIGN_OR_RETURN(const Tensor want, test_.Array(one.array));
        roundings.scale = std::max(roundings.scale, Largest(want));
      }
      for (Expected& one : expected) one.roundings = roundings;
      ASSIGN_OR_RETURN(const ir::Values grads,
                       transform::Gradients(traced_.builder(), ys, dys, xs));
      for (size_t i = 0; i < grads.size(); ++i) {
        Expect(std::move(expected[i]), grads[i]);
      }
    }
    if (!mode_["losses"].is_null()) {
      num_losses_ = static_cast<int64_t>(context_.losses().size());
      for (const auto& loss : context_.losses()) {
        traced_.Output("loss" + std::to_string(loss.value.id()), loss.value);
      }
    }
    return absl::OkStatus();
  }

  // By size: Keras lists them layer by layer, here they come in the order of calls.
  absl::Status CheckLosses(const std::vector<Tensor>& losses) {
    ASSIGN_OR_RETURN(const Tensor given, test_.Array(mode_["losses"]));
    Tensor want = given.Cast(DType::kF64).Clone();
    Tensor got(DType::kF64, {static_cast<int64_t>(losses.size())});
    for (size_t i = 0; i < losses.size(); ++i) got.data<double>()[i] = losses[i].At(0);
    for (Tensor* list : {&want, &got}) {
      std::sort(list->data<double>(), list->data<double>() + list->num_elements());
    }
    return ExpectClose(test_, "losses", got, want, kForward);
  }

  const Case& test_;
  const Json& mode_;
  keras::Model& model_;
  const Weights& weights_;
  Traced traced_;
  keras::CallContext context_;
  ir::Values inputs_;
  ir::Values outputs_;
  std::vector<Expected> expected_;
  int64_t num_losses_ = 0;
};

// Of a case whose archive is another model after Model.quantize: quantizes that model, and
// compares.
absl::Status ExpectQuantized(const Case& test, backend::Device& device) {
  ASSIGN_OR_RETURN(const keras::LoadedModel loaded, LoadModel(test, test["float_model"]));
  keras::Model& model = *loaded.model;
  Weights weights;
  const Json before = Json::MakeObject({{"training", false}, {"outputs", test["float_outputs"]}});
  RETURN_IF_ERROR(
      WithSubject(ModeRun(test, before, model, weights).Run(device), "before quantization"));
  const keras::Registries objects = keras::BuiltinObjects();
  keras::QuantizationConfigRef config;
  RETURN_IF_ERROR(config.Decode(test["quantize"], keras::Deserializer(objects)));
  RETURN_IF_ERROR(keras::Quantize(model, config).status());
  const std::vector<keras::Variable*> variables = model.weights();
  const Json::Array& expected = test["weights"].AsArray();
  if (expected.size() != variables.size()) {
    return Internal("weights: expected {}, received {}", expected.size(), variables.size());
  }
  for (size_t i = 0; i < expected.size(); ++i) {
    const keras::Variable& variable = *variables[i];
    if (variable.path != expected[i]["path"].AsString()) {
      return Internal("weight {}: expected path {}, received {}", i, expected[i]["path"].AsString(),
                      variable.path);
    }
    RETURN_IF_ERROR(ExpectClose(test, variable.path, variable.value, expected[i]["key"]));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RunLayer(const Case& test, backend::Device& device) {
  ASSIGN_OR_RETURN(const keras::LoadedModel loaded, LoadModel(test, test["model"]));
  ASSIGN_OR_RETURN(const Weights weights, SetWeights(test, *loaded.model));
  for (const auto& [name, mode] : test["modes"].AsObject()) {
    const absl::Status status = ModeRun(test, mode, *loaded.model, weights).Run(device);
    if (!status.ok()) return WithSubject(status, name);
  }
  return test["quantize"].is_null() ? absl::OkStatus() : ExpectQuantized(test, device);
}

}  // namespace tricorn::conformance
