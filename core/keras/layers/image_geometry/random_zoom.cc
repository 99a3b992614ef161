#include "core/keras/layers/image_geometry/random_zoom.h"

#include "core/keras/layers/image_geometry/sampling.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"

namespace tricorn::keras::layers {
namespace {

// Along both axes: x = scale x' + shift, entries (batch,).
ir::Value ZoomMap(ir::Value x_scale, ir::Value x_shift, ir::Value y_scale, ir::Value y_shift) {
  const ir::Value zero = ops::ZerosLike(x_scale);
  return AffineRows({{x_scale, zero, x_shift, zero, y_scale, y_shift}});
}

}  // namespace

absl::Status RandomZoom::CheckArguments() const {
  RETURN_IF_ERROR(config_.height_factor.Check("height_factor"));
  if (config_.width_factor) RETURN_IF_ERROR(config_.width_factor->Check("width_factor"));
  const Factor<-1, 1>& width = config_.width_factor.value_or(config_.height_factor);
  if (config_.height_factor.low() <= -1 || width.low() <= -1) {
    return InvalidArgument("factor: expected numbers within (-1, 1], received -1");
  }
  return CheckSampling({config_.interpolation, config_.fill_mode, config_.fill_value});
}

ImageTransform RandomZoom::Draw(ir::Value key, const ir::Type& images) const {
  const Sampling sampling{config_.interpolation, config_.fill_mode, config_.fill_value};
  const ir::Values keys = ops::SplitKey(key, 2);
  const auto draw = [&](const ir::Value& part, const Factor<-1, 1>& factor) {
    return ops::RandomUniform(part, {DType::kF32, {images.shape[0]}}, 1 + factor.low(),
                              1 + factor.high());
  };
  const ir::Value y_zoom = draw(keys[0], config_.height_factor);
  const ir::Value x_zoom = config_.width_factor ? draw(keys[1], *config_.width_factor) : y_zoom;
  const double x_middle = static_cast<double>(images.shape[2] - 1) / 2;
  const double y_middle = static_cast<double>(images.shape[1] - 1) / 2;
  const ir::Value x_shift = (1 - x_zoom) * x_middle, y_shift = (1 - y_zoom) * y_middle;
  const ir::Value source = ZoomMap(x_zoom, x_shift, y_zoom, y_shift);
  return {
      .images =
          [=](ir::Value image) {
            return ops::AffineTransform(image, source, ImageSampling(sampling));
          },
      .segmentation_masks =
          [=](ir::Value mask) {
            return ops::AffineTransform(mask, source, MaskSampling(sampling));
          },
      .bounding_boxes =
          [=](BoundingBoxes b) {
            b.boxes = ops::TransformBoxes(
                b.boxes, ZoomMap(1 / x_zoom, -x_shift / x_zoom, 1 / y_zoom, -y_shift / y_zoom));
            return b;
          },
  };
}

}  // namespace tricorn::keras::layers
