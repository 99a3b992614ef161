#pragma once

#include <memory>

#include "core/backend/cpu/product/matmul.h"

namespace tricorn::backend::cpu {

// A product of the size of a dense layer's: operands that the second-level cache holds to a good
// part, where what a library's preparations cost is still seen. Its bits do not depend on the
// number of threads. nullptr for anything but float32 without a batch, for numbers of columns that
// are no multiple of 32, and for processors without 512-bit vectors.
std::unique_ptr<Matmul> MakePanelMatmul(const MatmulSpec& spec, int num_threads);

}  // namespace tricorn::backend::cpu
