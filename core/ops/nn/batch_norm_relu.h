#pragma once

#include "core/ops/nn/nn.h"

namespace tricorn::ops {

// The gradients of max(y, 0) in x, gamma and beta, where y is batch_norm_training's: where it is
// positive is computed from x again. Attributes: BatchNormAttrs. Operands: x, gamma, beta, mean,
// variance, the gradient of max(y, 0).
extern const OpDef kBatchNormReluGradient;
// Of these the gradients in gamma and beta, of the same operands.
extern const OpDef kBatchNormReluSums;

// The gradients of batch_norm_training's y where something else is added before ReLU gives r: dy is
// the sum of the gradients that reach r where that is positive, and a result too. Attributes:
// BatchNormAttrs. Operands: x, gamma, mean, variance, r, one or two gradients of r.
extern const OpDef kBatchNormMaskedGradient;
// Of these dy and the gradients in gamma and beta. Operands: the same without gamma.
extern const OpDef kBatchNormMaskedSums;
// The same of two normalizations of which the results are added: dy, and dbeta, are of both.
// Operands: x, gamma, mean and variance of one and then of the other, r, one or two gradients of r.
// Results: dx, dgamma, dbeta, dy, the other's dx and dgamma.
extern const OpDef kBatchNormMaskedPairGradient;
// Of these dy, dgamma, dbeta, the other's dgamma. Operands: the same without gammas.
extern const OpDef kBatchNormMaskedPairSums;

}  // namespace tricorn::ops
