#include "core/keras/layers/image_color/solarization.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"

namespace tricorn::keras::layers {

absl::Status Solarization::CheckArguments() const {
  RETURN_IF_ERROR(config_.addition_factor.Check("addition_factor"));
  return config_.threshold_factor.Check("threshold_factor");
}

ImageTransform Solarization::Draw(ir::Value key, const ir::Type& images) const {
  const ir::Values keys = ops::SplitKey(key, 2);
  const auto draw = [&](const ir::Value& part, const Factor<0, 1>& factor) {
    return DrawEach(part, images, factor.low(), 255 * factor.high());
  };
  const ir::Value addition = draw(keys[0], config_.addition_factor);
  const ir::Value threshold = draw(keys[1], config_.threshold_factor);
  return {.images = [=, this](ir::Value x) {
    const ValueRange bytes{0, 255};
    const ir::Value z = ClipTo(ChangeRange(x, config_.value_range, bytes) + addition, bytes);
    const ir::Value y = ops::Where(ops::Less(z, threshold), z, 255 - z);
    return ChangeRange(y, bytes, config_.value_range);
  }};
}

}  // namespace tricorn::keras::layers
