// A training loop by hand: a value and its gradient, an optimizer's step, and what a loop of one's
// own can do that `fit` does not, here a penalty on the slope of the model.

#include <cmath>
#include <iostream>

#include "core/backend/cpu/cpu_device.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/models/sequential.h"
#include "core/keras/optimizers/adam.h"
#include "core/keras/training/value_and_gradient.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/transform/gradient/autodiff.h"

namespace {

using tricorn::DType;
using tricorn::Tensor;
namespace ir = tricorn::ir;
namespace keras = tricorn::keras;
namespace ops = tricorn::ops;

constexpr double kSlopePenalty = 1e-3;

absl::Status Run() {
  const keras::Sequential model({keras::Input({.shape = {{1}}}),
                                 keras::Dense({.units = 32, .activation = "tanh"}),
                                 keras::Dense({.units = 1})});
  RETURN_IF_ERROR(model->status());
  tricorn::backend::cpu::CpuDevice device;
  keras::DeviceState state(device);
  keras::Adam adam({.learning_rate = 0.02});
  const std::vector<keras::Variable*> weights = model->trainable_weights();

  // The mean square error, and the mean square of the output's derivative by the input.
  keras::ValueAndGradient loss(
      state, weights, [&](keras::CallContext& context, ir::Operands batch) {
        const ir::Value y = model->Apply(context, {{batch[0]}})[0];
        const ir::Value error = ops::Mean(ops::Square(y - batch[1]));
        const absl::StatusOr<ir::Values> slope = tricorn::transform::Gradients(
            context.builder(), {{y}}, {{ops::OnesLike(y)}}, {{batch[0]}});
        if (!slope.ok()) {
          context.builder().SetError(slope.status());
          return error;
        }
        return error + ops::Mean(ops::Square((*slope)[0])) * kSlopePenalty;
      });
  keras::GradientStep step(state, adam, weights);

  tricorn::PhiloxStream random(1);
  for (int i = 0; i < 300; ++i) {
    Tensor x(DType::kF32, {64, 1});
    Tensor y(DType::kF32, {64, 1});
    for (int64_t row = 0; row < 64; ++row) {
      x.data<float>()[row] = random.Uniform() * 2 - 1;
      y.data<float>()[row] = std::sin(3 * x.data<float>()[row]);
    }
    ASSIGN_OR_RETURN(const keras::ValueAndGradient::Result result, loss({x, y}));
    RETURN_IF_ERROR(step.Apply(result.gradients));
    if (i % 100 == 0) std::cout << "step " << i << ": loss " << result.value.At(0) << "\n";
  }
  RETURN_IF_ERROR(state.Download(model->variables()));
  return absl::OkStatus();
}

}  // namespace

int main() {
  const absl::Status status = Run();
  if (!status.ok()) std::cerr << status.message() << "\n";
  return status.ok() ? 0 : 1;
}
