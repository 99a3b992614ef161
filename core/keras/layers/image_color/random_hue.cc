#include "core/keras/layers/image_color/random_hue.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/image/image.h"
#include "core/ops/random/random.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status RandomHue::CheckArguments() const { return config_.factor.Check("factor"); }

ImageTransform RandomHue::Draw(ir::Value key, const ir::Type& images) const {
  const ir::Values keys = ops::SplitKey(key, 2);
  const ir::Value turn =
      DrawEach(keys[0], images, config_.factor.low() / 2, config_.factor.high() / 2);
  const ir::Value back = ops::RandomBernoulli(keys[1], turn.shape(), 0.5);
  const ir::Value shift = ops::Where(back, -turn, turn);
  return {.images = [=, this](ir::Value x) {
    const ValueRange unit{0, 1};
    const ir::Values hsv =
        ops::Split(ops::RgbToHsv(ChangeRange(x, config_.value_range, unit)), 3, -1);
    ir::Value hue = hsv[0] + shift;
    hue = ops::Where(ops::Greater(hue, 1), hue - 1, hue);
    hue = ops::Where(ops::Less(hue, 0), hue + 1, hue);
    const ir::Value rgb = ops::HsvToRgb(ops::Concatenate({{hue, hsv[1], hsv[2]}}, -1));
    return ChangeRange(ClipTo(rgb, unit), unit, config_.value_range);
  }};
}

}  // namespace tricorn::keras::layers
