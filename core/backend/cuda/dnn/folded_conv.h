#pragma once

#include <memory>

#include "core/backend/cuda/kernel/kernel.h"
#include "core/ops/conv/conv.h"

namespace tricorn::backend::cuda {

// A convolution as cuDNN is to see it. Matrix units take channels by 16 bytes, where an image has
// three: x and the kernel get channels of zeros, and where pixels are strode over by two, squares
// of four pixels become one pixel first, so that half of the products are not with zeros.
//
//   y_p = sum_k x_{2p + k - low} w_k = sum_ab X_{p + a - low', b} W_ab,
//   X_{i,b} = x_{2i + b},  W_ab = w_{2a + b - e},  e = low % 2,  low' = (low + e) / 2
class FoldedConv {
 public:
  // Of x (batch, spatial..., in) and kernel (spatial..., in / groups, out).
  FoldedConv(const ops::ConvAttrs& attrs, const ir::Type& x, const Shape& kernel, const Shape& y,
             bool on_matrix_units);

  const ops::ConvAttrs& attrs() const { return attrs_; }
  const Shape& x() const { return x_; }
  const Shape& kernel() const { return kernel_; }
  bool copies_x() const { return is_padded_; }

  // From x to the x that cuDNN reads.
  std::unique_ptr<Kernel> MakeCopyOfX(const KernelRequest& request) const;
  // From our kernel to cuDNN's (out, spatial..., in), or back.
  std::unique_ptr<Kernel> MakeReorder(const KernelRequest& request, bool to_dnn) const;

 private:
  bool FoldSquares(const Shape& y, int64_t multiple);
  std::string SquareOfTap(bool to_dnn) const;

  const ir::Type given_x_;
  const Shape given_kernel_;
  ops::ConvAttrs attrs_;
  Shape x_, kernel_;
  bool is_padded_ = false;
  bool is_folded_ = false;
  int64_t shift_[2] = {0, 0};   // e of each axis
  int64_t border_[2] = {0, 0};  // squares of zeros before the first
};

}  // namespace tricorn::backend::cuda
