#pragma once

#include <memory>

#include "core/backend/cpu/kernel/kernel.h"
#include "core/backend/cpu/onednn/onednn_conv.h"

namespace tricorn::backend::cpu {

enum class ConvProduct { kOutput, kInputGradient, kKernelGradient };

// Plain loops for the convolutions that oneDNN refuses. Operands and result as OneDnnConv takes
// them.
std::unique_ptr<Kernel> MakeConvLoops(const ConvSpec& spec, ConvProduct product, int num_threads);

}  // namespace tricorn::backend::cpu
