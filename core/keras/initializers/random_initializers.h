#pragma once

#include <optional>

#include "core/keras/initializers/initializer.h"

namespace tricorn::keras {

struct RandomUniformConfig {
  double minval = -0.05;
  double maxval = 0.05;
  std::optional<int64_t> seed = std::nullopt;
  FIELDS(minval, maxval, seed)
};

// Uniform in [minval, maxval).
class RandomUniform : public InitializerWith<RandomUniform, RandomUniformConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomUniform";
  using InitializerWith::InitializerWith;
  absl::StatusOr<Tensor> Make(const Shape& shape, DType dtype, uint64_t stream) const override;
};

struct RandomNormalConfig {
  double mean = 0.0;
  double stddev = 0.05;
  std::optional<int64_t> seed = std::nullopt;
  FIELDS(mean, stddev, seed)
};

// Normal with the given mean and standard deviation.
class RandomNormal : public InitializerWith<RandomNormal, RandomNormalConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomNormal";
  using InitializerWith::InitializerWith;
  absl::StatusOr<Tensor> Make(const Shape& shape, DType dtype, uint64_t stream) const override;
};

// RandomNormal whose values beyond two standard deviations are drawn again.
class TruncatedNormal : public InitializerWith<TruncatedNormal, RandomNormalConfig> {
 public:
  static constexpr std::string_view kClassName = "TruncatedNormal";
  using InitializerWith::InitializerWith;
  absl::StatusOr<Tensor> Make(const Shape& shape, DType dtype, uint64_t stream) const override;
};

}  // namespace tricorn::keras
