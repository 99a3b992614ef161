#include "core/keras/layers/image_color/random_color_degeneration.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/image/image.h"

namespace tricorn::keras::layers {

absl::Status RandomColorDegeneration::CheckArguments() const {
  return config_.factor.Check("factor");
}

ImageTransform RandomColorDegeneration::Draw(ir::Value key, const ir::Type& images) const {
  const ir::Value share = DrawEach(key, images, config_.factor.low(), config_.factor.high());
  return {.images = [=, this](ir::Value x) {
    return ClipTo(x + share * (ops::RgbToGrayscale(x) - x), config_.value_range);
  }};
}

}  // namespace tricorn::keras::layers
