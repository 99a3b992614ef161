#pragma once

#include "core/ops/nn/nn.h"

namespace tricorn::ops {

// The gradients of max(y, 0) in x, gamma and beta, where y is batch_norm_training's: where it is
// positive is computed from x again. Attributes: BatchNormAttrs. Operands: x, gamma, beta, mean,
// variance, the gradient of max(y, 0).
extern const OpDef kBatchNormReluGradient;
// Of these the gradients in gamma and beta, of the same operands.
extern const OpDef kBatchNormReluSums;

}  // namespace tricorn::ops
