#include "core/keras/layers/image_mixing/rectangle.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {

Rectangles DrawRectangles(ir::Value key, const ir::Type& images, ir::Value width,
                          ir::Value height) {
  const ir::Values keys = ops::SplitKey(key, 2);
  // Whether each index along `axis` lies within.
  const auto within = [&](ir::Value share, const ir::Value& part, int axis) {
    const auto length = static_cast<double>(images.shape[axis]);
    const ir::Value extent = share * length;
    const ir::Value start = ops::RandomUniform(part, share.type()) * (length - extent);
    Shape shape{1, 1, 1, 1};
    shape[axis] = images.shape[axis];
    const ir::Value index = ops::Iota(key.builder(), {share.dtype(), shape}, axis);
    const auto each = [](ir::Value v) { return ops::Reshape(v, {-1, 1, 1, 1}); };
    return ops::LogicalAnd(ops::GreaterEqual(index, each(start)),
                           ops::Less(index, each(start + extent)));
  };
  return {ops::LogicalAnd(within(width, keys[0], 2), within(height, keys[1], 1)), width * height};
}

}  // namespace tricorn::keras
