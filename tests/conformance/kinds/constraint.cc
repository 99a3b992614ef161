#include "core/keras/constraints/constraint.h"

#include "core/base/status.h"
#include "tests/conformance/expect_close.h"
#include "tests/conformance/runners.h"
#include "tests/conformance/traced.h"

namespace tricorn::conformance {

absl::Status RunConstraint(const Case& test, backend::Device& device) {
  const keras::Registries none;
  ASSIGN_OR_RETURN(const auto constraint,
                   keras::Deserializer(none).Object<keras::Constraint>(test["constraint"]));
  Traced traced;
  ASSIGN_OR_RETURN(Tensor in, test.Array(test["input"]));
  traced.Output("w", (*constraint)(traced.Input("w", std::move(in))));
  ASSIGN_OR_RETURN(const std::vector<Tensor> got, traced.Evaluate(device));
  return ExpectClose(test, "output", got[0], test["output"]);
}

}  // namespace tricorn::conformance
