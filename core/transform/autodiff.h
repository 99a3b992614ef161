#pragma once

#include "absl/status/statusor.h"
#include "core/ir/builder.h"

namespace tricorn::transform {

// Reverse-mode differentiation within the graph that `ys` belong to.
//   gradient of xs[i] = sum_j (d ys[j] / d xs[i])^T dys[j],  shape and dtype of xs[i]
// Zeros where ys do not depend on xs[i]. `dys` have the types of `ys`. Appends nodes only, so
// gradients differentiate again.
// Errors: InvalidArgument when types do not fit; what the builder already holds.
absl::StatusOr<ir::Values> Gradients(ir::Builder& builder, ir::Operands ys, ir::Operands dys,
                                     ir::Operands xs);

}  // namespace tricorn::transform
