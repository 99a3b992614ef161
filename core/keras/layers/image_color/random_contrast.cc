#include "core/keras/layers/image_color/random_contrast.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras::layers {

absl::Status RandomContrast::CheckArguments() const { return config_.factor.Check("factor"); }

ImageTransform RandomContrast::Draw(ir::Value key, const ir::Type& images) const {
  const ir::Value contrast =
      DrawEach(key, images, 1 - config_.factor.low(), 1 + config_.factor.high());
  return {.images = [=, this](ir::Value x) {
    const ir::Value mean = ops::Mean(x, {1, 2}, true);
    return ClipTo((x - mean) * contrast + mean, config_.value_range);
  }};
}

}  // namespace tricorn::keras::layers
