#include "core/keras/layers/image_color/random_gaussian_blur.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/image/image.h"
#include "core/ops/random/random.h"

namespace tricorn::keras::layers {

absl::Status RandomGaussianBlur::CheckArguments() const {
  RETURN_IF_ERROR(config_.factor.Check("factor"));
  RETURN_IF_ERROR(config_.sigma.Check("sigma"));
  for (int i = 0; i < 2; ++i) {
    const int64_t size = config_.kernel_size[i];
    if (size < 1 || size % 2 == 0) {
      return InvalidArgument("kernel_size: expected odd numbers, received {}", size);
    }
  }
  return absl::OkStatus();
}

ImageTransform RandomGaussianBlur::Draw(ir::Value key, const ir::Type& images) const {
  constexpr double kLeast = 1e-6;
  const ir::Values keys = ops::SplitKey(key, 2);
  const ir::Value chosen = DrawChances(keys[0], images, config_.factor);
  const ir::Value sigma = ops::RandomUniform(
      keys[1], {DType::kF32, {2}}, config_.sigma.low() + kLeast, config_.sigma.high() + kLeast);
  return {.images = [=, this](ir::Value x) {
    const ir::Value blurred = ops::GaussianBlur(x, config_.kernel_size.ToVector(), sigma);
    return ClipTo(ops::Where(chosen, blurred, x), config_.value_range);
  }};
}

}  // namespace tricorn::keras::layers
