#include "core/keras/layers/image_color/random_invert.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {

absl::Status RandomInvert::CheckArguments() const { return config_.factor.Check("factor"); }

ImageTransform RandomInvert::Draw(ir::Value key, const ir::Type& images) const {
  const ir::Value chosen = DrawChances(key, images, config_.factor);
  return {.images = [=, this](ir::Value x) {
    return ops::Where(chosen, config_.value_range.high - x, x);
  }};
}

}  // namespace tricorn::keras::layers
