#include "core/keras/layers/image_mixing/augmentations.h"

#include <algorithm>

#include "core/keras/layers/image_color/auto_contrast.h"
#include "core/keras/layers/image_color/equalization.h"
#include "core/keras/layers/image_color/random_brightness.h"
#include "core/keras/layers/image_color/random_color_degeneration.h"
#include "core/keras/layers/image_color/random_contrast.h"
#include "core/keras/layers/image_color/random_posterization.h"
#include "core/keras/layers/image_color/random_sharpness.h"
#include "core/keras/layers/image_color/solarization.h"
#include "core/keras/layers/image_geometry/random_rotation.h"
#include "core/keras/layers/image_geometry/random_shear.h"
#include "core/keras/layers/image_geometry/random_translation.h"
#include "core/ops/control/control.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"

namespace tricorn::keras {

namespace {

template <typename L>
std::shared_ptr<const ImageLayer> Make(typename L::Config config, const LayerOptions& options) {
  return std::make_shared<L>(std::move(config), options);
}

}  // namespace

std::vector<std::shared_ptr<const ImageLayer>> Augmentations(const AugmentationOptions& options,
                                                             const LayerOptions& layer) {
  const Factor<-1, 1> factor(options.factor.low(), options.factor.high());
  const Factor<0, 1> share = options.factor;
  const ValueRange range = options.value_range;
  const std::string& interpolation = options.interpolation;
  std::vector<std::shared_ptr<const ImageLayer>> all = {
      Make<layers::RandomShear>(
          {.x_factor = factor, .y_factor = factor, .interpolation = interpolation}, layer),
      Make<layers::RandomTranslation>(
          {.height_factor = factor, .width_factor = factor, .interpolation = interpolation}, layer),
      Make<layers::RandomRotation>({.factor = factor, .interpolation = interpolation}, layer),
      Make<layers::RandomPosterization>(
          {.factor = std::max(1.0, std::floor(8 * share.high())), .value_range = range}, layer),
      Make<layers::Solarization>(
          {.addition_factor = share, .threshold_factor = share, .value_range = range}, layer),
      Make<layers::AutoContrast>({.value_range = range}, layer),
      Make<layers::Equalization>({.value_range = range}, layer),
  };
  if (!options.with_color) return all;
  all.push_back(Make<layers::RandomBrightness>({.factor = factor, .value_range = range}, layer));
  all.push_back(
      Make<layers::RandomColorDegeneration>({.factor = factor, .value_range = range}, layer));
  all.push_back(Make<layers::RandomContrast>({.factor = share, .value_range = range}, layer));
  all.push_back(Make<layers::RandomSharpness>({.factor = share, .value_range = range}, layer));
  return all;
}

ir::Value ApplyChosen(const std::vector<ImageTransform>& transforms, ir::Value choice, ir::Value x,
                      std::function<ir::Value(ir::Value)> ImageTransform::*part) {
  std::vector<ops::Branch> branches;
  for (const ImageTransform& transform : transforms) {
    branches.push_back([&](ir::Builder&, ir::Operands operands) {
      const auto& apply = transform.*part;
      return ir::Values{apply ? apply(operands[0]) : operands[0]};
    });
  }
  branches.push_back([](ir::Builder&, ir::Operands operands) { return ir::Values{operands[0]}; });
  const ir::Values results = ops::Switch(choice, branches, {{x}});
  return results.empty() ? x : results[0];
}

ir::Value DrawChoice(ir::Value key, size_t count) {
  const auto number = static_cast<double>(count);
  return ops::Cast(ops::Floor(ops::RandomUniform(key, {DType::kF32, {}}, 0, number)), DType::kI32);
}

}  // namespace tricorn::keras
