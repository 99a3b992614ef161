#include "core/keras/initializers/constant_initializers.h"

#include "core/keras/initializers/fill.h"

namespace tricorn::keras {

absl::StatusOr<Tensor> Zeros::Make(const Shape& shape, DType dtype, uint64_t) const {
  return Fill(shape, dtype, [] { return 0.0; });
}

absl::StatusOr<Tensor> Ones::Make(const Shape& shape, DType dtype, uint64_t) const {
  return Fill(shape, dtype, [] { return 1.0; });
}

absl::StatusOr<Tensor> Constant::Make(const Shape& shape, DType dtype, uint64_t) const {
  return Fill(shape, dtype, [this] { return config_.value; });
}

absl::StatusOr<Tensor> IdentityInitializer::Make(const Shape& shape, DType dtype, uint64_t) const {
  if (shape.rank() != 2) {
    return InvalidArgument("Identity: expected a matrix, received shape {}", shape.ToString());
  }
  int64_t i = 0;
  return Fill(shape, dtype, [&] {
    const int64_t row = i / shape[1];
    const int64_t column = i++ % shape[1];
    return row == column ? config_.gain : 0.0;
  });
}

}  // namespace tricorn::keras
