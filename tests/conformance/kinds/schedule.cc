#include "core/keras/schedules/schedule.h"

#include "core/base/status.h"
#include "tests/conformance/expect_close.h"
#include "tests/conformance/runners.h"
#include "tests/conformance/traced.h"

namespace tricorn::conformance {

absl::Status RunSchedule(const Case& test, backend::Device& device) {
  const keras::Registries none;
  ASSIGN_OR_RETURN(const auto schedule,
                   keras::Deserializer(none).Object<keras::Schedule>(test["schedule"]));
  ASSIGN_OR_RETURN(const Tensor steps, test.Array(test["steps"]));
  Traced traced;
  for (int64_t i = 0; i < steps.num_elements(); ++i) {
    const auto step = static_cast<int32_t>(steps.At(i));
    const ir::Value input = traced.Input(fmt::format("step{}", i), Tensor::Scalar(step));
    traced.Output(fmt::format("rate{}", i), (*schedule)(input));
  }
  ASSIGN_OR_RETURN(const std::vector<Tensor> rates, traced.Evaluate(device));
  Tensor got(DType::kF32, steps.shape());
  for (size_t i = 0; i < rates.size(); ++i) {
    got.data<float>()[i] = static_cast<float>(rates[i].At(0));
  }
  return ExpectClose(test, "values", got, test["values"]);
}

}  // namespace tricorn::conformance
