#include "core/keras/metrics/metric.h"

#include "core/base/status.h"
#include "core/ops/elementwise/elementwise.h"
#include "tests/conformance/expect_close.h"
#include "tests/conformance/runners.h"
#include "tests/conformance/traced.h"

namespace tricorn::conformance {
namespace {

// What to compare once the graph has run.
struct Expected {
  std::string what;
  Json array;
};

absl::Status TraceVariant(const Case& test, const keras::Metric& metric, const Json& variant,
                          Traced& traced, std::vector<Expected>& expected) {
  ir::Values state;
  const auto input = [&](const Json& name) -> absl::StatusOr<ir::Value> {
    if (name.is_null()) return ir::Value();
    ASSIGN_OR_RETURN(Tensor value, test.Array(name));
    return traced.Input(fmt::format("input{}", traced.builder().graph().inputs().size()),
                        std::move(value));
  };
  const auto output = [&](ir::Value value, const Json& array) {
    traced.Output(fmt::format("output{}", expected.size()), value);
    expected.push_back({array.AsString(), array});
  };
  for (const Json& step : variant["steps"].AsArray()) {
    const bool has_values = step.Has("values");
    ASSIGN_OR_RETURN(const ir::Value y_pred, input(has_values ? step["values"] : step["y_pred"]));
    ASSIGN_OR_RETURN(const ir::Value labels, input(step["y_true"]));
    ASSIGN_OR_RETURN(const ir::Value weight, input(step["sample_weight"]));
    const ir::Value y_true = labels ? labels : y_pred;
    if (state.empty()) {
      for (const keras::MetricVariable& variable : metric.Variables(y_pred.type())) {
        state.push_back(ops::Full(traced.builder(), {DType::kF32, variable.shape}, 0));
      }
    }
    const ir::Values addends = metric.Update(y_true, y_pred, weight, ir::Value());
    RETURN_IF_ERROR(traced.builder().status());
    for (size_t i = 0; i < state.size(); ++i) state[i] = state[i] + addends[i];
    output(metric.Result(state), step["result"]);
    const Json::Array& arrays = step["state"].AsArray();
    if (arrays.size() != state.size()) {
      return Internal("state: expected {} variables, received {}", arrays.size(), state.size());
    }
    for (size_t i = 0; i < state.size(); ++i) output(state[i], arrays[i]);
  }
  return traced.builder().status();
}

}  // namespace

absl::Status RunMetric(const Case& test, backend::Device& device) {
  const keras::Registries none;
  ASSIGN_OR_RETURN(const auto metric,
                   keras::Deserializer(none).Object<keras::Metric>(test["metric"]));
  Traced traced;
  std::vector<Expected> expected;
  for (const Json& variant : test["variants"].AsArray()) {
    RETURN_IF_ERROR(TraceVariant(test, *metric, variant, traced, expected));
  }
  ASSIGN_OR_RETURN(const std::vector<Tensor> got, traced.Evaluate(device));
  for (size_t i = 0; i < expected.size(); ++i) {
    RETURN_IF_ERROR(ExpectClose(test, expected[i].what, got[i], expected[i].array));
  }
  return absl::OkStatus();
}

}  // namespace tricorn::conformance
