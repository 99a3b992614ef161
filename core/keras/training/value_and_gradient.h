#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/keras/optimizers/optimizer.h"
#include "core/keras/training/function.h"

// What a training loop written by hand is made of. Variables live on the device of a DeviceState
// meanwhile: DeviceState::Download brings them back.
//
//   DeviceState state(device);
//   ValueAndGradient loss(state, model.trainable_weights(),
//                         [&](CallContext& context, ir::Operands batch) {
//                           const ir::Value y = model.Apply(context, {{batch[0]}})[0];
//                           return ops::Mean(ops::Square(y - batch[1]));
//                         });
//   GradientStep step(state, optimizer, model.trainable_weights());
//   for (...) {
//     ASSIGN_OR_RETURN(const ValueAndGradient::Result result, loss({x, y}));
//     RETURN_IF_ERROR(step.Apply(result.gradients));
//   }

namespace tricorn::keras {

// A scalar function of variables and arguments, and its gradient by the variables. Compiled once
// for each types of arguments. For one thread at a time.
class ValueAndGradient {
 public:
  // Appends the nodes of the value, given one Value an argument; errors go to the builder.
  using Body = std::function<ir::Value(CallContext& context, ir::Operands arguments)>;

  struct Options {
    bool training = true;
    int num_threads = 1;
  };
  struct Result {
    Tensor value;                   // a scalar
    std::vector<Tensor> gradients;  // by variable, of its type; zeros where the value ignores it
  };

  // `state` and `variables` outlive this.
  ValueAndGradient(DeviceState& state, std::span<Variable* const> variables, Body body,
                   Options options);
  ValueAndGradient(DeviceState& state, std::span<Variable* const> variables, Body body)
      : ValueAndGradient(state, variables, std::move(body), Options()) {}

  // What the function assigned (moving statistics, seeds) is kept. Losses that layers add are part
  // of the value. Errors: InvalidArgument for a value that is no floating scalar; the builder's.
  absl::StatusOr<Result> operator()(const std::vector<Tensor>& arguments);

 private:
  struct Compiled {
    std::unique_ptr<Function> function;
    std::vector<backend::Buffer> arguments;
    std::vector<backend::Buffer> results;
  };
  absl::StatusOr<Compiled*> CompiledFor(const std::vector<Tensor>& arguments);

  DeviceState& state_;
  const std::vector<Variable*> variables_;
  const Body body_;
  const Options options_;
  std::map<std::string, Compiled> functions_;  // by the arguments' types
};

// An optimizer's update of variables by given gradients. For one thread at a time.
class GradientStep {
 public:
  // Builds the optimizer when it has not been. `state`, `optimizer` and `variables` outlive this.
  GradientStep(DeviceState& state, Optimizer& optimizer, std::span<Variable* const> variables);

  // One gradient a variable, of its shape. Errors: InvalidArgument for another number or shape;
  // those of Optimizer::Build.
  absl::Status Apply(const std::vector<Tensor>& gradients);

 private:
  absl::Status Compile();

  DeviceState& state_;
  Optimizer& optimizer_;
  const std::vector<Variable*> variables_;
  std::unique_ptr<Function> function_;
  std::vector<backend::Buffer> buffers_;
};

}  // namespace tricorn::keras
