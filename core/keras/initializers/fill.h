#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace tricorn::keras {

// The most bytes that one initial value may take: what a config asks for is not to be trusted.
inline constexpr int64_t kMaxInitialNbytes = int64_t{1} << 36;

// A tensor of `next()` called once an element in row-major order, rounded to `dtype`.
// Errors: InvalidArgument for sizes that no tensor has, ResourceExhausted beyond kMaxInitialNbytes
// or when memory was refused.
absl::StatusOr<Tensor> Fill(const Shape& shape, DType dtype, absl::FunctionRef<double()> next);

}  // namespace tricorn::keras
