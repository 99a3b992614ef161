#include "core/keras/preparation/normalize.h"

#include <algorithm>
#include <cmath>

#include "core/base/status.h"

namespace tricorn::keras {
namespace {

// The norm of `count` elements from `begin`, `step` apart.
double NormOf(const Tensor& x, int64_t begin, int64_t count, int64_t step, double order) {
  double norm = 0;
  for (int64_t i = 0; i < count; ++i) {
    const double size = std::abs(x.At(begin + i * step));
    norm = std::isinf(order) ? std::max(norm, size) : norm + std::pow(size, order);
  }
  return std::isinf(order) ? norm : std::pow(norm, 1 / order);
}

}  // namespace

absl::StatusOr<Tensor> Normalize(const Tensor& x, int64_t axis, double order) {
  const int rank = x.shape().rank();
  if (axis < -rank || axis >= rank) {
    return InvalidArgument("normalize: expected an axis of {}, received {}", x.shape().ToString(),
                           axis);
  }
  if (!(order > 0)) {
    return InvalidArgument("normalize: expected a positive order, received {}", order);
  }
  const int at = static_cast<int>(axis < 0 ? axis + rank : axis);
  int64_t inner = 1;
  for (int i = at + 1; i < rank; ++i) inner *= x.shape()[i];
  const int64_t length = x.shape()[at];
  const DType dtype = x.dtype() == DType::kF64 ? DType::kF64 : DType::kF32;
  Tensor normalized = Tensor::Uninitialized(DType::kF64, x.shape());
  const int64_t blocks = length == 0 ? 0 : x.num_elements() / (length * inner);
  for (int64_t block = 0; block < blocks; ++block) {
    for (int64_t column = 0; column < inner; ++column) {
      const int64_t begin = block * length * inner + column;
      const double norm = NormOf(x, begin, length, inner, order);
      for (int64_t i = 0; i < length; ++i) {
        const int64_t element = begin + i * inner;
        normalized.data<double>()[element] = x.At(element) / (norm == 0 ? 1 : norm);
      }
    }
  }
  return normalized.Cast(dtype);
}

}  // namespace tricorn::keras
