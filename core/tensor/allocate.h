#pragma once

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace tricorn {

// A tensor of unspecified values, of sizes that come from a file or a peer.
// Errors: those of CheckedNumBytes; ResourceExhausted when memory was refused.
absl::StatusOr<Tensor> Allocate(DType dtype, const Shape& shape);

}  // namespace tricorn
