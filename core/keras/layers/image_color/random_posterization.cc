#include "core/keras/layers/image_color/random_posterization.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {

absl::Status RandomPosterization::CheckArguments() const { return config_.factor.Check("factor"); }

ImageTransform RandomPosterization::Draw(ir::Value key, const ir::Type& images) const {
  const ir::Type wide{DType::kF32, images.shape};
  const ir::Value bits =
      ops::Floor(DrawEach(key, wide, config_.factor.low(), config_.factor.high()));
  const ir::Value shift = ops::Cast(8 - bits, DType::kU8);
  return {.images = [=, this](ir::Value x) {
    const ValueRange bytes{0, 255};
    const ir::Value byte =
        ops::Cast(ClipTo(ChangeRange(x, config_.value_range, bytes), bytes), DType::kU8);
    const ir::Value kept = ops::LeftShift(ops::RightShift(byte, shift), shift);
    return ChangeRange(ops::Cast(kept, x.dtype()), bytes, config_.value_range);
  }};
}

}  // namespace tricorn::keras::layers
