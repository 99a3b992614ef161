#pragma once

#include <map>
#include <string_view>

#include "tests/conformance/ops/op_arguments.h"

namespace tricorn::conformance {

// One call of a function of `keras.ops`, as a function of core/ops; its results in Keras's order.
using OpFunction = ir::Values (*)(OpArguments& arguments);

// By name, without "keras.ops."; those of one family are in the file of that name.
const std::map<std::string_view, OpFunction>& OpTable();
const std::map<std::string_view, OpFunction>& ElementwiseOps();
const std::map<std::string_view, OpFunction>& NnOps();
const std::map<std::string_view, OpFunction>& ReduceOps();
const std::map<std::string_view, OpFunction>& ShapeOps();

}  // namespace tricorn::conformance
