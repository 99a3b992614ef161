#pragma once

#include <memory>

#include "core/backend/cpu/product/matmul.h"

namespace tricorn::backend::cpu {

// A product with up to 16 columns, as a classifier's last layer and its gradient have: one vector
// for a row of the result, which libraries for large products fill to a part. Its bits do not
// depend on the number of threads. nullptr for anything but float32 without a batch whose `b` has
// rows of neighbours, and for processors without 512-bit vectors.
std::unique_ptr<Matmul> MakeNarrowMatmul(const MatmulSpec& spec, int num_threads);

}  // namespace tricorn::backend::cpu
