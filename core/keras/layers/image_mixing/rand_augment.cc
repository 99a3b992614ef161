#include "core/keras/layers/image_mixing/rand_augment.h"

#include "core/keras/layers/image_mixing/augmentations.h"
#include "core/keras/layers/input_checks.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"

namespace tricorn::keras::layers {

absl::Status RandAugment::CheckArguments() const {
  constexpr int64_t kMostOps = 64;
  if (config_.num_ops < 0 || config_.num_ops > kMostOps) {
    return InvalidArgument("num_ops: expected a number within [0, {}], received {}", kMostOps,
                           config_.num_ops);
  }
  RETURN_IF_ERROR(config_.factor.Check("factor"));
  for (const auto& layer :
       Augmentations({config_.factor, config_.value_range, config_.interpolation},
                     {.dtype = dtype_policy()})) {
    RETURN_IF_ERROR(layer->CheckArguments());
  }
  return absl::OkStatus();
}

ImageTransform RandAugment::Draw(ir::Value key, const ir::Type& images) const {
  const auto pool = Augmentations({config_.factor, config_.value_range, config_.interpolation},
                                  {.dtype = dtype_policy()});
  const auto num_ops = static_cast<size_t>(config_.num_ops);
  const ir::Values keys = ops::SplitKey(key, static_cast<int64_t>(pool.size() + num_ops));
  std::vector<ImageTransform> transforms;
  for (const auto& layer : pool) transforms.push_back(layer->Draw(keys[transforms.size()], images));
  ir::Values choices;
  for (size_t i = 0; i < num_ops; ++i) {
    choices.push_back(DrawChoice(keys[pool.size() + i], pool.size()));
  }
  // `pool` lives as long as its transforms.
  const auto apply = [=](ir::Value x, auto part) {
    for (const ir::Value& choice : choices) x = ApplyChosen(transforms, choice, x, part);
    return x;
  };
  return {
      .images = [=](ir::Value x) { return (void)pool, apply(x, &ImageTransform::images); },
      .segmentation_masks =
          [=](ir::Value x) { return apply(x, &ImageTransform::segmentation_masks); },
      .bounding_boxes =
          [=](BoundingBoxes b) {
            for (const ir::Value& choice : choices) {
              BoundingBoxes moved = b;
              for (size_t i = 0; i < transforms.size(); ++i) {
                if (!transforms[i].bounding_boxes) continue;
                const ir::Value chosen = ops::Equal(choice, static_cast<int64_t>(i));
                const BoundingBoxes by = transforms[i].bounding_boxes(b);
                moved.boxes = ops::Where(chosen, by.boxes, moved.boxes);
                moved.labels = ops::Where(chosen, by.labels, moved.labels);
              }
              b = moved;
            }
            return b;
          },
  };
}

}  // namespace tricorn::keras::layers
