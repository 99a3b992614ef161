#include "core/keras/activations/activation.h"

#include "core/base/status.h"
#include "core/transform/gradient/autodiff.h"
#include "tests/conformance/expect_close.h"
#include "tests/conformance/runners.h"
#include "tests/conformance/traced.h"

namespace tricorn::conformance {

absl::Status RunActivation(const Case& test, backend::Device& device) {
  Traced traced;
  ASSIGN_OR_RETURN(Tensor in, test.Array(test["input"]));
  const ir::Value x = traced.Input("x", std::move(in));
  ASSIGN_OR_RETURN(const ir::Value y,
                   keras::CallActivation(test["activation"].AsString(), x, test["kwargs"]));
  ASSIGN_OR_RETURN(Tensor weight, test.Array(test["loss_weight"]));
  const ir::Value dy = traced.Input("dy", std::move(weight));
  ASSIGN_OR_RETURN(const ir::Values dx,
                   transform::Gradients(traced.builder(), {{y}}, {{dy}}, {{x}}));
  traced.Output("y", y);
  traced.Output("dx", dx[0]);
  ASSIGN_OR_RETURN(const std::vector<Tensor> got, traced.Evaluate(device));
  RETURN_IF_ERROR(ExpectClose(test, "output", got[0], test["output"]));
  return ExpectClose(test, "gradient", got[1], test["grad"]);
}

}  // namespace tricorn::conformance
