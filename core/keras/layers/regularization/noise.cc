#include "core/keras/layers/regularization/noise.h"

namespace tricorn::keras {

absl::Status CheckRate(double rate) {
  if (rate >= 0 && rate < 1) return absl::OkStatus();
  return InvalidArgument("rate: expected a number within [0, 1), received {}", rate);
}

Shape NoiseShape(const std::optional<SymbolicShape>& noise_shape, const Shape& x) {
  if (!noise_shape) return x;
  std::vector<int64_t> dims;
  for (size_t i = 0; i < noise_shape->size(); ++i) {
    const int axis = static_cast<int>(i);
    dims.push_back((*noise_shape)[i].value_or(axis < x.rank() ? x[axis] : 1));
  }
  return Shape(std::move(dims));
}

}  // namespace tricorn::keras
