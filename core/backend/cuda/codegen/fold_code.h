#pragma once

#include <string>

#include "core/ir/op_def.h"
#include "core/tensor/dtype.h"

namespace tricorn::backend::cuda {

// A reduction in generated code: its name in element.cuh, and what it starts from (an expression of
// the type that elements are computed in).
struct FoldCode {
  std::string name;
  std::string start;
};
// Of sum, prod, max, min, any or all.
FoldCode FoldOf(const ir::OpDef& op, DType dtype);

}  // namespace tricorn::backend::cuda
