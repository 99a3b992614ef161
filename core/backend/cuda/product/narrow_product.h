#pragma once

#include <memory>

#include "core/backend/cuda/kernel/kernel.h"
#include "core/backend/cuda/product/fused_product.h"
#include "core/backend/cuda/product/matrix_layout.h"

namespace tricorn::backend::cuda {

// The kernel of a small product of which one side is narrow: few columns of b (the last layer of a
// classifier), or few contracted elements (its gradient). A tile of matrix units is mostly empty
// there, and rows of ten numbers are aligned for none; memory bounds what threads do instead, which
// is to sum in float32. Takes in a bias and a ReLU. Refuses other products.
std::unique_ptr<Kernel> MakeNarrowProduct(const KernelRequest& request,
                                          const FusedProductAttrs& attrs,
                                          const ProductLayout& layout);

}  // namespace tricorn::backend::cuda
