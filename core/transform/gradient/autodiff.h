#pragma once

#include "absl/status/statusor.h"
#include "core/ir/builder.h"
#include "core/transform/gradient/remat.h"

namespace tricorn::transform {

// Reverse-mode differentiation within the graph that `ys` belong to.
//   gradient of xs[i] = sum_j (d ys[j] / d xs[i])^T dys[j],  shape and dtype of xs[i]
// Zeros where ys do not depend on xs[i]. `dys` have the types of `ys`. Appends nodes only, so
// gradients differentiate again.
// What nodes of `remat` gave is computed again where gradients read it, so that it need not be
// kept. Errors: InvalidArgument when types do not fit; what the builder already holds.
absl::StatusOr<ir::Values> Gradients(ir::Builder& builder, ir::Operands ys, ir::Operands dys,
                                     ir::Operands xs, std::span<const RematRegion> remat = {});

}  // namespace tricorn::transform
