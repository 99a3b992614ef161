#pragma once

#include <string>
#include <vector>

#include "core/tensor/tensor.h"

namespace tricorn::keras {

// The state of a compiled model's optimizer, in the order of Keras's `optimizer.variables`.
struct OptimizerState {
  std::string name;  // "adam"
  std::vector<Tensor> variables;
};

}  // namespace tricorn::keras
