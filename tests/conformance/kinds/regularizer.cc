#include "core/keras/regularizers/regularizer.h"

#include "core/base/status.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/transform/gradient/autodiff.h"
#include "tests/conformance/expect_close.h"
#include "tests/conformance/runners.h"
#include "tests/conformance/traced.h"

namespace tricorn::conformance {

absl::Status RunRegularizer(const Case& test, backend::Device& device) {
  const keras::Registries none;
  ASSIGN_OR_RETURN(const auto regularizer,
                   keras::Deserializer(none).Object<keras::Regularizer>(test["regularizer"]));
  Traced traced;
  ASSIGN_OR_RETURN(Tensor in, test.Array(test["input"]));
  const ir::Value x = traced.Input("x", std::move(in));
  const ir::Value y = (*regularizer)(x);
  ASSIGN_OR_RETURN(const ir::Values dx,
                   transform::Gradients(traced.builder(), {{y}}, {{ops::OnesLike(y)}}, {{x}}));
  traced.Output("y", y);
  traced.Output("dx", dx[0]);
  ASSIGN_OR_RETURN(const std::vector<Tensor> got, traced.Evaluate(device));
  RETURN_IF_ERROR(ExpectClose(test, "output", got[0], test["output"]));
  return ExpectClose(test, "gradient", got[1], test["grad"]);
}

}  // namespace tricorn::conformance
