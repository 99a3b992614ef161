#include "core/keras/layers/image_color/auto_contrast.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras::layers {

ImageTransform AutoContrast::Draw(ir::Value, const ir::Type&) const {
  return {.images = [this](ir::Value x) {
    const ValueRange bytes{0, 255};
    const ir::Value z = ChangeRange(x, config_.value_range, bytes);
    const ir::Value low = ops::Min(z, {1, 2}, true);
    const ir::Value length = ops::Max(z, {1, 2}, true) - low;
    const ir::Value flat = ops::Equal(length, 0);
    const ir::Value scale = 255 / ops::Where(flat, 1, length);
    const ir::Value y = ClipTo(z * scale - low * scale, bytes);
    return ops::Where(flat, x, ChangeRange(y, bytes, config_.value_range));
  }};
}

}  // namespace tricorn::keras::layers
