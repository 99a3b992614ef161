#pragma once

#include <vector>

#include "core/ir/builder.h"

namespace tricorn::transform {

// What autodiff asks of a control-flow node of the graph under construction.
struct ControlFlowNode {
  ir::Builder& builder;
  size_t index;
  ir::Operands dy;                  // by result; none where no gradient flows
  const std::vector<bool>& wanted;  // by operand
};

// Gradients by operand, none where not wanted.
//
// scan: a scan in the other direction. What its steps need of the forward steps, the node gets as
// further results, stacked over the steps; what is cheap, or the same in every step, is computed
// again. An invariant's gradient is a sum over the steps: where each step's part is a matrix
// product (a weight's is), the factors are stacked and one product over all steps comes after the
// loop. switch: a switch whose branches compute the forward branch again. while_loop: an error in
// the builder (Unimplemented).
ir::Grads ControlFlowGradients(const ControlFlowNode& node);

}  // namespace tricorn::transform
