#include "core/keras/optimizers/optimizer.h"

#include <cstring>

#include "core/base/status.h"
#include "core/keras/training/function.h"
#include "tests/conformance/expect_close.h"
#include "tests/conformance/runners.h"

namespace tricorn::conformance {
namespace {

// Entry `index` of the first axis.
Tensor Entry(const Tensor& stacked, int64_t index) {
  const Shape& shape = stacked.shape();
  return stacked.Rows(index, index + 1)
      .Reshaped(Shape(std::vector<int64_t>(shape.begin() + 1, shape.end())));
}

// The weights that a case trains, and what it feeds and expects.
struct Trained {
  std::vector<std::unique_ptr<keras::Variable>> variables;
  std::vector<Tensor> values;                // (steps + 1, ...)
  std::vector<std::optional<Tensor>> grads;  // (steps, ...), none for a weight left alone
};

absl::StatusOr<Trained> ReadVariables(const Case& test, const keras::Deserializer& deserializer) {
  Trained trained;
  for (const Json& json : test["variables"].AsArray()) {
    ASSIGN_OR_RETURN(Tensor values, test.Array(json["values"]));
    auto variable = std::make_unique<keras::Variable>();
    variable->name = json["name"].AsString();
    variable->path = json["path"].AsString();
    variable->value = Entry(values, 0).Clone();
    variable->type = {values.dtype(), variable->value.shape()};
    if (!json["constraint"].is_null()) {
      ASSIGN_OR_RETURN(variable->constraint,
                       deserializer.Object<keras::Constraint>(json["constraint"]));
    }
    trained.variables.push_back(std::move(variable));
    trained.values.push_back(std::move(values));
    if (json["grads"].is_null()) {
      trained.grads.emplace_back();
    } else {
      ASSIGN_OR_RETURN(trained.grads.emplace_back(), test.Array(json["grads"]));
    }
  }
  return trained;
}

// The serialized optimizer holds the rate that the case ended with: it begins with the first one.
absl::Status SetLearningRate(const Case& test, int64_t step, keras::Optimizer& optimizer,
                             keras::DeviceState& state) {
  const Json& rates = test["options"]["set_learning_rate_before_step"];
  const Json& rate = rates[std::to_string(step)];
  if (rates.is_null() || (rate.is_null() && step > 0)) return absl::OkStatus();
  keras::Variable* variable = optimizer.learning_rate_variable();
  if (variable == nullptr) return Internal("expected an optimizer without a schedule");
  ASSIGN_OR_RETURN(const Tensor after, test.Array(test["learning_rate_after_each_step"]));
  variable->value =
      Tensor::Scalar(static_cast<float>(rate.is_null() ? after.At(step) : rate.AsDouble()));
  return state.Upload({{variable}});
}

absl::Status ExpectFinalState(const Case& test, keras::Optimizer& optimizer) {
  const Json::Array& expected = test["optimizer_variables"].AsArray();
  if (expected.size() != optimizer.variables().size()) {
    return Internal("optimizer variables: expected {}, received {}", expected.size(),
                    optimizer.variables().size());
  }
  for (size_t i = 0; i < expected.size(); ++i) {
    const keras::Variable& variable = *optimizer.variables()[i];
    const std::string& path = expected[i]["path"].AsString();
    if (path != variable.path) return Internal("expected {}, received {}", path, variable.path);
    RETURN_IF_ERROR(ExpectClose(test, path, variable.value, expected[i]["final"]));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RunOptimizer(const Case& test, backend::Device& device) {
  const keras::Registries none;
  const keras::Deserializer deserializer(none);
  ASSIGN_OR_RETURN(const auto optimizer, deserializer.Object<keras::Optimizer>(test["optimizer"]));
  ASSIGN_OR_RETURN(Trained trained, ReadVariables(test, deserializer));
  std::vector<std::string> excluded;
  if (test["options"].Has("exclude_from_weight_decay")) {
    RETURN_IF_ERROR(FromJson(test["options"]["exclude_from_weight_decay"], &excluded));
  }
  optimizer->ExcludeFromWeightDecay(excluded);
  std::vector<keras::Variable*> weights;
  for (const auto& variable : trained.variables) weights.push_back(variable.get());
  RETURN_IF_ERROR(optimizer->Build(weights));

  std::vector<std::pair<std::string, ir::Type>> arguments;
  std::vector<backend::Buffer> buffers;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (!trained.grads[i]) continue;
    arguments.emplace_back(fmt::format("grad{}", i), weights[i]->type);
    ASSIGN_OR_RETURN(buffers.emplace_back(), device.Allocate(weights[i]->type.nbytes()));
  }
  const auto body = [&](keras::CallContext& context,
                        ir::Operands grads) -> absl::StatusOr<keras::Function::Outputs> {
    ir::Values gradients;
    size_t next = 0;
    for (const auto& grad : trained.grads) gradients.push_back(grad ? grads[next++] : ir::Value());
    optimizer->Apply(context, gradients);
    return keras::Function::Outputs{};
  };
  ASSIGN_OR_RETURN(const auto update,
                   keras::Function::Compile(device, arguments, body, {.training = true}));

  keras::DeviceState state(device);
  std::vector<keras::Variable*> all = weights;
  for (keras::Variable* variable : optimizer->variables()) all.push_back(variable);
  ASSIGN_OR_RETURN(const Tensor iterations, test.Array(test["iterations_after_each_step"]));
  const int64_t steps = test["steps"].AsInt();
  for (int64_t step = 0; step < steps; ++step) {
    RETURN_IF_ERROR(SetLearningRate(test, step, *optimizer, state));
    size_t next = 0;
    for (const auto& grad : trained.grads) {
      if (grad) RETURN_IF_ERROR(device.Upload(Entry(*grad, step), buffers[next++]));
    }
    RETURN_IF_ERROR(update->Run(state, buffers, {}, {}));
    RETURN_IF_ERROR(state.Download(all));
    for (size_t i = 0; i < weights.size(); ++i) {
      RETURN_IF_ERROR(ExpectClose(fmt::format("{} after step {}", weights[i]->path, step),
                                  weights[i]->value, Entry(trained.values[i], step + 1),
                                  test.rtol(), test.atol()));
    }
    // Keras's `iterations` counts updates, the variable steps.
    const int64_t accumulated = optimizer->steps_per_update();
    const auto updates = static_cast<int64_t>(optimizer->iteration().value.At(0)) / accumulated;
    if (static_cast<double>(updates) != iterations.At(step)) {
      return Internal("iterations after step {}: expected {}, received {}", step,
                      iterations.At(step), updates);
    }
  }
  RETURN_IF_ERROR(ExpectFinalState(test, *optimizer));
  optimizer->FinalizeVariables();
  for (size_t i = 0; i < weights.size(); ++i) {
    const Json& finalized = test["variables"].AsArray()[i]["finalized"];
    if (finalized.is_null()) continue;
    RETURN_IF_ERROR(
        ExpectClose(test, "finalized " + weights[i]->path, weights[i]->value, finalized));
  }
  return absl::OkStatus();
}

}  // namespace tricorn::conformance
