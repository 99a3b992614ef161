#include "core/keras/layers/reshaping/flatten.h"

#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

ir::Value Flatten::Call(CallContext&, ir::Value input) {
  const ir::Value x = input.rank() > 1 ? ToChannelsLast(input, config_.data_format) : input;
  int64_t length = 1;
  for (int axis = 1; axis < x.rank(); ++axis) length *= x.dim(axis);
  return ops::Reshape(x, {x.dim(0), length});
}

}  // namespace tricorn::keras::layers
