#include "core/keras/layers/recurrent/rnn_cell.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras {

ir::Values RnnCell::InitialState(CallContext& context, int64_t batch) const {
  ir::Values states;
  for (const Shape& shape : state_shapes()) {
    std::vector<int64_t> dims{batch};
    dims.insert(dims.end(), shape.begin(), shape.end());
    states.push_back(ops::Full(context.builder(), {compute_dtype(), Shape(std::move(dims))}, 0));
  }
  return states;
}

ir::Values RnnCell::CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) {
  const Nest<ir::Value>* given = arguments.Keyword("states");
  if (given == nullptr && arguments.args.size() > 1) given = &arguments.args[1];
  const ir::Values inputs = arguments.Inputs();
  const ir::Values states = given == nullptr ? ir::Values() : given->Flatten();
  const size_t expected = state_shapes().size();
  if (inputs.size() != 1 || states.size() != expected) {
    context.builder().SetError(
        InvalidArgument("{}: expected one input and {} states, received {} and {}", class_name(),
                        expected, inputs.size(), states.size()));
    return ir::Values(1 + expected, ir::Value(&context.builder(), -1));
  }
  const ir::Values constants = Constants(context, inputs[0].shape(), inputs[0].dim(0));
  const CellStep step = Step(context, ProjectInput(context, inputs[0]), states, constants);
  ir::Values outputs{step.output};
  outputs.insert(outputs.end(), step.states.begin(), step.states.end());
  return outputs;
}

}  // namespace tricorn::keras
