#include "core/keras/layers/image_color/random_saturation.h"

#include "core/keras/settings/settings.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/image/image.h"
#include "core/ops/nn/nn.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status RandomSaturation::CheckArguments() const { return config_.factor.Check("factor"); }

ImageTransform RandomSaturation::Draw(ir::Value key, const ir::Type& images) const {
  const ir::Type wide{DType::kF32, images.shape};
  const ir::Value factor = DrawEach(key, wide, config_.factor.low(), config_.factor.high());
  const ir::Value scale = ops::Cast(factor / (1 - factor + Epsilon()), images.dtype);
  return {.images = [=, this](ir::Value x) {
    const ir::Values hsv = ops::Split(ops::RgbToHsv(x), 3, -1);
    const ir::Value saturation = ClipTo(hsv[1] * scale, config_.value_range);
    return ops::HsvToRgb(ops::Concatenate({{hsv[0], saturation, hsv[2]}}, -1));
  }};
}

}  // namespace tricorn::keras::layers
