#include "core/keras/layers/image_geometry/random_elastic_transform.h"

#include <algorithm>

#include "core/keras/layers/image_geometry/sampling.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"

namespace tricorn::keras::layers {

absl::Status RandomElasticTransform::CheckArguments() const {
  RETURN_IF_ERROR(config_.factor.Check("factor"));
  RETURN_IF_ERROR(config_.scale.Check("scale"));
  return CheckSampling({config_.interpolation, config_.fill_mode, config_.fill_value});
}

ImageTransform RandomElasticTransform::Draw(ir::Value key, const ir::Type& images) const {
  if (config_.scale.high() == 0 || config_.factor.high() == 0) return {};
  const Sampling sampling{config_.interpolation, config_.fill_mode, config_.fill_value};
  const ir::Values keys = ops::SplitKey(key, 3);
  const ir::Value chosen = DrawChances(keys[0], images, config_.factor);
  const ir::Value scale =
      ops::RandomUniform(keys[1], {DType::kF32, {}}, config_.scale.low(), config_.scale.high());
  const auto [shorter, longer] =
      std::minmax({static_cast<double>(images.shape[1]), static_cast<double>(images.shape[2])});
  const ir::Value alpha = scale * (0.1 * longer);
  const double sigma_per_scale = 0.05 * shorter;
  const ir::Value sigma = ops::Maximum(scale * sigma_per_scale, 1e-6);
  // As wide as the widest that may be drawn.
  const int64_t size = static_cast<int64_t>(6 * sigma_per_scale * config_.scale.high()) | 1;
  const auto sample = [=, noise = keys[2]](ir::Value x, const ops::MapCoordinatesAttrs& attrs) {
    return ops::Where(chosen, ops::ElasticTransform(x, noise, alpha, sigma, size, attrs), x);
  };
  return {
      .images =
          [=, this](ir::Value x) {
            return ClipTo(sample(x, ImageSampling(sampling)), config_.value_range);
          },
      .segmentation_masks = [=](ir::Value mask) { return sample(mask, MaskSampling(sampling)); },
  };
}

}  // namespace tricorn::keras::layers
