#pragma once

#include "core/keras/initializers/initializer.h"

namespace tricorn::keras {

struct NoConfig {
  NO_FIELDS()
};

class Zeros : public InitializerWith<Zeros, NoConfig> {
 public:
  static constexpr std::string_view kClassName = "Zeros";
  using InitializerWith::InitializerWith;
  absl::StatusOr<Tensor> Make(const Shape& shape, DType dtype, uint64_t stream) const override;
};

class Ones : public InitializerWith<Ones, NoConfig> {
 public:
  static constexpr std::string_view kClassName = "Ones";
  using InitializerWith::InitializerWith;
  absl::StatusOr<Tensor> Make(const Shape& shape, DType dtype, uint64_t stream) const override;
};

struct ConstantConfig {
  double value = 0.0;
  FIELDS(value)
};

class Constant : public InitializerWith<Constant, ConstantConfig> {
 public:
  static constexpr std::string_view kClassName = "Constant";
  using InitializerWith::InitializerWith;
  absl::StatusOr<Tensor> Make(const Shape& shape, DType dtype, uint64_t stream) const override;
};

struct IdentityConfig {
  double gain = 1.0;
  FIELDS(gain)
};

// gain on the diagonal of a matrix. Errors: InvalidArgument unless the rank is 2.
class IdentityInitializer : public InitializerWith<IdentityInitializer, IdentityConfig> {
 public:
  static constexpr std::string_view kClassName = "Identity";
  using InitializerWith::InitializerWith;
  absl::StatusOr<Tensor> Make(const Shape& shape, DType dtype, uint64_t stream) const override;
};

}  // namespace tricorn::keras
