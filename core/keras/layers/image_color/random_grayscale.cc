#include "core/keras/layers/image_color/random_grayscale.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/image/image.h"
#include "core/ops/random/random.h"

namespace tricorn::keras::layers {

absl::Status RandomGrayscale::CheckArguments() const {
  if (config_.factor >= 0 && config_.factor <= 1) return absl::OkStatus();
  return InvalidArgument("factor: expected a number within [0, 1], received {}", config_.factor);
}

ImageTransform RandomGrayscale::Draw(ir::Value key, const ir::Type& images) const {
  const ir::Value chosen = ops::RandomBernoulli(key, {images.shape[0], 1, 1, 1}, config_.factor);
  return {.images = [=](ir::Value x) { return ops::Where(chosen, ops::RgbToGrayscale(x), x); }};
}

}  // namespace tricorn::keras::layers
