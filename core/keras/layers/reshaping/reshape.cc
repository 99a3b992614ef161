#include "core/keras/layers/reshaping/reshape.h"

#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

ir::Value Reshape::Call(CallContext&, ir::Value x) {
  std::vector<int64_t> shape = {x.dim(0)};
  shape.insert(shape.end(), config_.target_shape.begin(), config_.target_shape.end());
  return ops::Reshape(x, Shape(std::move(shape)));
}

}  // namespace tricorn::keras::layers
