#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

// The layers among which RandAugment and AugMix choose.
struct AugmentationOptions {
  Factor<0, 1> factor;
  ValueRange value_range;
  std::string interpolation;
  bool with_color = true;  // brightness, color degeneration, contrast and sharpness too
};
std::vector<std::shared_ptr<const ImageLayer>> Augmentations(const AugmentationOptions& options,
                                                             const LayerOptions& layer);

// What one of several transforms does to a part of the data: that of index `choice` (scalar i32),
// none for an index beyond. `part` is a member of ImageTransform.
ir::Value ApplyChosen(const std::vector<ImageTransform>& transforms, ir::Value choice, ir::Value x,
                      std::function<ir::Value(ir::Value)> ImageTransform::*part);
// A scalar i32 within [0, count).
ir::Value DrawChoice(ir::Value key, size_t count);

}  // namespace tricorn::keras
