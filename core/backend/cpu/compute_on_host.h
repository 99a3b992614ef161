#pragma once

#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "core/ir/builder.h"
#include "core/tensor/tensor.h"

namespace tricorn::backend::cpu {

// Evaluates, once and on this machine's processor, what `body` builds of graph values that stand
// for `inputs`: how values of variables are made of others outside of a model's calls. Errors:
// those of the ops.
absl::StatusOr<std::vector<Tensor>> ComputeOnHost(const std::vector<Tensor>& inputs,
                                                  absl::FunctionRef<ir::Values(ir::Operands)> body);

}  // namespace tricorn::backend::cpu
