#include "core/keras/layers/image_mixing/cut_mix.h"

#include "core/keras/layers/image_mixing/rectangle.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/random/random.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status CutMix::CheckArguments() const { return config_.factor.Check("factor"); }

ImageTransform CutMix::Draw(ir::Value key, const ir::Type& images) const {
  constexpr double kLeastAlpha = 1e-6;
  const ir::Values keys = ops::SplitKey(key, 4);
  const ir::Type each{DType::kF32, {images.shape[0]}};
  const ir::Value alpha = ops::BroadcastTo(
      ops::RandomUniform(keys[0], {DType::kF32, {}}, config_.factor.low() + kLeastAlpha,
                         config_.factor.high() + kLeastAlpha),
      each.shape);
  // Of both sides, sqrt(1 - w): 1 - w is the sigmoid of -logit(w).
  const ir::Value side = ops::Sqrt(ops::Sigmoid(-ops::RandomLogitBeta(keys[1], alpha, alpha)));
  const Rectangles rectangles = DrawRectangles(keys[2], images, side, side);
  const ir::Value order = ops::Argsort(ops::RandomUniform(keys[3], each), 0);
  const auto cut = [=](ir::Value x) {
    return ops::Where(rectangles.inside, ops::Take(x, order, 0), x);
  };
  return {
      .images = cut,
      .segmentation_masks = cut,
      .labels =
          [=](ir::Value labels) {
            const DType dtype = IsFloating(labels.dtype()) ? labels.dtype() : DType::kF32;
            labels = ops::Cast(labels, dtype);
            std::vector<int64_t> dims(static_cast<size_t>(labels.rank()), 1);
            dims[0] = -1;
            const ir::Value share = ops::Reshape(ops::Cast(rectangles.area, dtype), Shape(dims));
            return (1 - share) * labels + share * ops::Take(labels, order, 0);
          },
  };
}

}  // namespace tricorn::keras::layers
