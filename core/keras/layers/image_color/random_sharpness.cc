#include "core/keras/layers/image_color/random_sharpness.h"

#include "core/ops/conv/conv.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status RandomSharpness::CheckArguments() const { return config_.factor.Check("factor"); }

ImageTransform RandomSharpness::Draw(ir::Value key, const ir::Type& images) const {
  const ir::Value share =
      1 - DrawEach(key, images, 2 * config_.factor.low(), 2 * config_.factor.high());
  return {.images = [=, this](ir::Value x) {
    const int64_t channels = x.dim(-1);
    std::vector<double> weights(9, 1.0 / 13);
    weights[4] = 5.0 / 13;
    const ir::Value kernel =
        x.builder().Constant(Tensor::From<double>({3, 3, 1, 1}, weights).Cast(x.dtype()));
    const ir::Value smooth = ops::Conv(x, ops::BroadcastTo(kernel, {3, 3, 1, channels}),
                                       {{1, 1}, {1, 1}, {1, 1}, {1, 1}, channels});
    return ClipTo(x + share * (smooth - x), config_.value_range);
  }};
}

}  // namespace tricorn::keras::layers
