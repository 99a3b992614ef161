#include "core/keras/losses/loss.h"

#include "core/base/status.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/transform/gradient/autodiff.h"
#include "tests/conformance/expect_close.h"
#include "tests/conformance/runners.h"
#include "tests/conformance/traced.h"

namespace tricorn::conformance {
namespace {

// An input of the trace by the name of an array, or none for null.
absl::StatusOr<ir::Value> Optional(const Case& test, Traced& traced, const Json& name,
                                   std::string_view what, size_t variant) {
  if (name.is_null()) return ir::Value();
  ASSIGN_OR_RETURN(Tensor value, test.Array(name));
  return traced.Input(fmt::format("{}{}", what, variant), std::move(value));
}

}  // namespace

absl::Status RunLoss(const Case& test, backend::Device& device) {
  const keras::Registries none;
  const keras::Deserializer deserializer(none);
  Traced traced;
  ASSIGN_OR_RETURN(Tensor y_true_value, test.Array(test["y_true"]));
  ASSIGN_OR_RETURN(Tensor y_pred_value, test.Array(test["y_pred"]));
  const ir::Value y_true = traced.Input("y_true", std::move(y_true_value));
  const ir::Value y_pred = traced.Input("y_pred", std::move(y_pred_value));
  const Json::Array& variants = test["variants"].AsArray();
  for (size_t i = 0; i < variants.size(); ++i) {
    Json object = test["loss"];
    Json config = object["config"];
    config.Set("reduction", variants[i]["reduction"]);
    object.Set("config", std::move(config));
    ASSIGN_OR_RETURN(const auto loss, deserializer.Object<keras::Loss>(object));
    ASSIGN_OR_RETURN(const ir::Value weight,
                     Optional(test, traced, variants[i]["sample_weight"], "sample_weight", i));
    ASSIGN_OR_RETURN(const ir::Value mask, Optional(test, traced, variants[i]["mask"], "mask", i));
    const ir::Value y = (*loss)(y_true, y_pred, weight, mask);
    RETURN_IF_ERROR(traced.builder().status());
    ASSIGN_OR_RETURN(
        const ir::Values dy_pred,
        transform::Gradients(traced.builder(), {{y}}, {{ops::OnesLike(y)}}, {{y_pred}}));
    traced.Output(fmt::format("y{}", i), y);
    traced.Output(fmt::format("dy_pred{}", i), dy_pred[0]);
  }
  ASSIGN_OR_RETURN(const std::vector<Tensor> got, traced.Evaluate(device));
  for (size_t i = 0; i < variants.size(); ++i) {
    RETURN_IF_ERROR(
        ExpectClose(test, variants[i]["output"].AsString(), got[2 * i], variants[i]["output"]));
    const Json& grad = variants[i]["grad_y_pred"];
    if (grad.is_null()) continue;
    RETURN_IF_ERROR(ExpectClose(test, grad.AsString(), got[2 * i + 1], grad));
  }
  return absl::OkStatus();
}

}  // namespace tricorn::conformance
