#pragma once

#include "core/ops/conv/conv.h"

namespace tricorn::ops {

// conv of a kernel in another order, its last axis first: (out, spatial..., in / groups). Where
// kernels are prepared once, this is the order that libraries want. Attributes: ConvAttrs.
// Operands: x, kernel.
extern const OpDef kConvOutFirst;

// A kernel of conv as kConvOutFirst takes it.
Value OutFirst(Value kernel);

}  // namespace tricorn::ops
