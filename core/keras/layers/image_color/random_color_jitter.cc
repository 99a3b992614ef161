#include "core/keras/layers/image_color/random_color_jitter.h"

#include "core/keras/layers/image_color/random_brightness.h"
#include "core/keras/layers/image_color/random_contrast.h"
#include "core/keras/layers/image_color/random_hue.h"
#include "core/keras/layers/image_color/random_saturation.h"
#include "core/ops/random/random.h"

namespace tricorn::keras::layers {
namespace {

using ColorSteps = std::vector<std::shared_ptr<const ImageLayer>>;

template <typename L, typename F>
void AddColorStep(const std::optional<F>& factor, ValueRange range, const LayerOptions& options,
                  ColorSteps& steps) {
  if (!factor) return;
  steps.push_back(
      std::make_shared<L>(typename L::Config{.factor = *factor, .value_range = range}, options));
}

}  // namespace

ColorSteps RandomColorJitter::Steps() const {
  const LayerOptions options{.dtype = dtype_policy()};
  const ValueRange range = config_.value_range;
  ColorSteps steps;
  AddColorStep<RandomBrightness>(config_.brightness_factor, range, options, steps);
  AddColorStep<RandomContrast>(config_.contrast_factor, range, options, steps);
  AddColorStep<RandomSaturation>(config_.saturation_factor, range, options, steps);
  AddColorStep<RandomHue>(config_.hue_factor, range, options, steps);
  return steps;
}

absl::Status RandomColorJitter::CheckArguments() const {
  for (const auto& step : Steps()) RETURN_IF_ERROR(step->CheckArguments());
  return absl::OkStatus();
}

ImageTransform RandomColorJitter::Draw(ir::Value key, const ir::Type& images) const {
  constexpr int64_t kMaxSteps = 4;
  const ir::Values keys = ops::SplitKey(key, kMaxSteps);
  const auto steps = Steps();
  std::vector<ImageTransform> transforms;
  for (const auto& step : steps) {
    transforms.push_back(step->Draw(keys[transforms.size()], images));
  }
  return {.images = [steps, transforms = std::move(transforms)](ir::Value x) {
    for (const ImageTransform& transform : transforms) x = transform.images(x);
    return x;
  }};
}

}  // namespace tricorn::keras::layers
