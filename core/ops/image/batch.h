#pragma once

#include "core/ops/op.h"
#include "core/ops/shape/shape.h"

// What the files of this folder share.

namespace tricorn::ops::image {

// float32, or float64 for float64: what coordinates and kernels are computed in.
DType WorkingDType(const Value& x);

// y in `dtype`; for an integer dtype rounded and held within its range.
Value RoundTo(Value y, DType dtype);

// 0, 1, ..., length - 1.
Value Range(Builder& builder, DType dtype, int64_t length);

// f on a batch of images; a single image becomes a batch of one and comes back as one. An error in
// the builder for another rank.
template <typename F>
Value OnBatch(Value images, F&& f) {
  if (images.rank() == 4) return f(images);
  if (images.rank() != 3) {
    return Error(images, InvalidArgument("expected an image of rank 3 or a batch of them, received "
                                         "{}",
                                         images.type().ToString()));
  }
  const Value y = f(ExpandDims(images, {0}));
  return y.builder().ok() ? Squeeze(y, {0}) : y;
}

}  // namespace tricorn::ops::image
