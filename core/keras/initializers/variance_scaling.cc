#include "core/keras/initializers/variance_scaling.h"

#include <algorithm>
#include <cmath>

#include "core/keras/initializers/random_initializers.h"

namespace tricorn::keras {
namespace {

// The standard deviation of a standard normal cut at two.
constexpr double kTruncatedStddev = 0.87962566103423978;

absl::StatusOr<double> ProductOver(const Shape& shape, const std::vector<int64_t>& axes) {
  double product = 1;
  for (const int64_t axis : axes) {
    const int64_t at = axis < 0 ? axis + shape.rank() : axis;
    if (at < 0 || at >= shape.rank()) {
      return InvalidArgument("fans: expected axes of shape {}, received axis {}", shape.ToString(),
                             axis);
    }
    product *= static_cast<double>(shape[static_cast<int>(at)]);
  }
  return product;
}

}  // namespace

absl::StatusOr<std::pair<double, double>> ComputeFans(
    const Shape& shape, const std::optional<std::vector<int64_t>>& input_axes,
    const std::optional<std::vector<int64_t>>& output_axes) {
  if (input_axes && output_axes) {
    ASSIGN_OR_RETURN(const double fan_in, ProductOver(shape, *input_axes));
    ASSIGN_OR_RETURN(const double fan_out, ProductOver(shape, *output_axes));
    return std::make_pair(fan_in, fan_out);
  }
  const int rank = shape.rank();
  if (rank == 0) return std::make_pair(1.0, 1.0);
  if (rank == 1) {
    const double length = static_cast<double>(shape[0]);
    return std::make_pair(length, length);
  }
  double receptive_field = 1;
  for (int axis = 0; axis < rank - 2; ++axis) receptive_field *= static_cast<double>(shape[axis]);
  return std::make_pair(receptive_field * static_cast<double>(shape[rank - 2]),
                        receptive_field * static_cast<double>(shape[rank - 1]));
}

absl::StatusOr<Tensor> VarianceScaling::Make(const Shape& shape, DType dtype,
                                             uint64_t stream) const {
  if (config_.scale <= 0) {
    return InvalidArgument("VarianceScaling: expected a positive scale, received {}",
                           config_.scale);
  }
  ASSIGN_OR_RETURN(const auto fans, ComputeFans(shape, config_.input_axes, config_.output_axes));
  double fan = 0;
  if (config_.mode == "fan_in") {
    fan = fans.first;
  } else if (config_.mode == "fan_out") {
    fan = fans.second;
  } else if (config_.mode == "fan_avg") {
    fan = (fans.first + fans.second) / 2;
  } else {
    return InvalidArgument(
        "VarianceScaling: expected mode fan_in, fan_out or fan_avg, received '{}'", config_.mode);
  }
  const double variance = config_.scale / std::max(1.0, fan);
  if (config_.distribution == "uniform") {
    const double limit = std::sqrt(3 * variance);
    return RandomUniform({.minval = -limit, .maxval = limit, .seed = config_.seed})
        .Make(shape, dtype, stream);
  }
  if (config_.distribution == "untruncated_normal") {
    return RandomNormal({.stddev = std::sqrt(variance), .seed = config_.seed})
        .Make(shape, dtype, stream);
  }
  if (config_.distribution == "truncated_normal" || config_.distribution == "normal") {
    return TruncatedNormal({.stddev = std::sqrt(variance) / kTruncatedStddev, .seed = config_.seed})
        .Make(shape, dtype, stream);
  }
  return InvalidArgument(
      "VarianceScaling: expected distribution uniform, truncated_normal or untruncated_normal, "
      "received '{}'",
      config_.distribution);
}

}  // namespace tricorn::keras
