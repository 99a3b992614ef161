#include "core/keras/layers/image_mixing/random_erasing.h"

#include <algorithm>

#include "core/keras/layers/image_mixing/rectangle.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::StatusOr<std::vector<double>> RandomErasing::FillValues() const {
  std::vector<double> values;
  if (config_.fill_value.is_null()) return values;
  if (config_.fill_value.is_number()) return std::vector<double>{config_.fill_value.AsDouble()};
  RETURN_IF_ERROR(WithSubject(FromJson(config_.fill_value, &values), "fill_value"));
  if (values.size() != 3) {
    return InvalidArgument("fill_value: expected a number or three, received {}", values.size());
  }
  return values;
}

absl::Status RandomErasing::CheckArguments() const {
  RETURN_IF_ERROR(config_.factor.Check("factor"));
  RETURN_IF_ERROR(config_.scale.Check("scale"));
  return FillValues().status();
}

ImageTransform RandomErasing::Draw(ir::Value key, const ir::Type& images) const {
  const ir::Values keys = ops::SplitKey(key, 4);
  const ir::Value sides = ops::Sqrt(ops::RandomUniform(keys[0], {DType::kF32, {images.shape[0], 2}},
                                                       std::max(config_.scale.low(), 0.0),
                                                       std::min(config_.scale.high(), 1.0)));
  const auto side = [&](int64_t i) {
    return ops::Squeeze(ops::SliceAxis(sides, 1, i, i + 1), {1});
  };
  const Rectangles rectangles = DrawRectangles(keys[1], images, side(0), side(1));
  const ir::Value chosen = DrawChances(keys[2], images, config_.factor);
  const ir::Value erased = ops::LogicalAnd(chosen, rectangles.inside);
  return {.images = [=, this, noise = keys[3]](ir::Value x) {
    const std::vector<double> values = FillValues().value_or(std::vector<double>());
    const ir::Value fill =
        values.empty() ? ops::RandomNormal(noise, x.type(), 0, config_.value_range.high)
                       : x.builder().Constant(
                             Tensor::From<double>({static_cast<int64_t>(values.size())}, values)
                                 .Cast(x.dtype()));
    return ops::Where(erased, ClipTo(fill, config_.value_range), x);
  }};
}

}  // namespace tricorn::keras::layers
