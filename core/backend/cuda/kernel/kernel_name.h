#pragma once

#include <memory>
#include <span>
#include <string>

#include "core/ir/graph.h"

namespace tricorn::backend::cuda {

// What a trace calls the kernel of a node: how the node computes, how many elements its largest
// operand or result has and, for a fused node, the ops of its region without those that only pass
// numbers on, `rows_n6291456_subtract_multiply_sum`, cut at 64 characters. An identifier of C++.
std::string KernelName(const ir::OpDef& op, std::span<const ir::Type> operands,
                       std::span<const ir::Type> results,
                       std::span<const std::shared_ptr<const ir::Graph>> regions);

}  // namespace tricorn::backend::cuda
