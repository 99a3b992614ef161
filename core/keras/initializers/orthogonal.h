#pragma once

#include <optional>

#include "core/keras/initializers/initializer.h"

namespace tricorn::keras {

struct OrthogonalConfig {
  double gain = 1.0;
  std::optional<int64_t> seed = std::nullopt;
  FIELDS(gain, seed)
};

// gain times a matrix with orthonormal columns (rows, if there are fewer of these), all axes but
// the last taken together. Errors: InvalidArgument for a rank below 2. Source: Saxe et al. 2014.
class Orthogonal : public InitializerWith<Orthogonal, OrthogonalConfig> {
 public:
  static constexpr std::string_view kClassName = "Orthogonal";
  using InitializerWith::InitializerWith;
  absl::StatusOr<Tensor> Make(const Shape& shape, DType dtype, uint64_t stream) const override;
};

}  // namespace tricorn::keras
