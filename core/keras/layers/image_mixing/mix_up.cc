#include "core/keras/layers/image_mixing/mix_up.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/random/random.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status MixUp::CheckArguments() const {
  if (config_.alpha > 0) return absl::OkStatus();
  return InvalidArgument("alpha: expected a positive number, received {}", config_.alpha);
}

ImageTransform MixUp::Draw(ir::Value key, const ir::Type& images) const {
  const ir::Values keys = ops::SplitKey(key, 2);
  const ir::Type each{DType::kF32, {images.shape[0]}};
  const ir::Value order = ops::Argsort(ops::RandomUniform(keys[0], each), 0);
  const ir::Value alpha = ops::Full(key.builder(), each, config_.alpha);
  const ir::Value weight = ops::Sigmoid(ops::RandomLogitBeta(keys[1], alpha, alpha));
  const auto mix = [=](ir::Value x) {
    const DType dtype = IsFloating(x.dtype()) ? x.dtype() : DType::kF32;
    x = ops::Cast(x, dtype);
    std::vector<int64_t> dims(static_cast<size_t>(x.rank()), 1);
    dims[0] = -1;
    const ir::Value share = ops::Reshape(ops::Cast(weight, dtype), Shape(dims));
    return share * x + (1 - share) * ops::Take(x, order, 0);
  };
  return {
      .images = mix,
      .segmentation_masks = mix,
      .labels = mix,
      .bounding_boxes =
          [=](BoundingBoxes b) {
            b.boxes = ops::Concatenate({{b.boxes, ops::Take(b.boxes, order, 0)}}, 1);
            b.labels = ops::Concatenate({{b.labels, ops::Take(b.labels, order, 0)}}, 1);
            return b;
          },
  };
}

}  // namespace tricorn::keras::layers
