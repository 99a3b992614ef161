#include "core/keras/layers/image_color/random_brightness.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {

absl::Status RandomBrightness::CheckArguments() const { return config_.factor.Check("factor"); }

ImageTransform RandomBrightness::Draw(ir::Value key, const ir::Type& images) const {
  const double length = config_.value_range.length();
  const ir::Value delta =
      DrawEach(key, images, config_.factor.low() * length, config_.factor.high() * length);
  return {.images = [=, this](ir::Value x) { return ClipTo(x + delta, config_.value_range); }};
}

}  // namespace tricorn::keras::layers
