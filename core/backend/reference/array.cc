#include "core/backend/reference/array.h"

#include <type_traits>

namespace tricorn::backend::reference {
namespace {

template <typename T>
double ToDouble(T value) {
  if constexpr (std::is_arithmetic_v<T>) {
    return static_cast<double>(value);
  } else {
    return static_cast<double>(static_cast<float>(value));
  }
}

template <typename T>
T FromDouble(double value) {
  if constexpr (std::is_arithmetic_v<T>) {
    return static_cast<T>(value);
  } else {
    return T(static_cast<float>(value));
  }
}

}  // namespace

Array ToArray(const Tensor& tensor) {
  Array array{{tensor.dtype(), tensor.shape()}, {}};
  array.values.reserve(static_cast<size_t>(tensor.num_elements()));
  DispatchDType(tensor.dtype(), [&]<typename T>() {
    for (const T value : tensor.values<T>()) array.values.push_back(ToDouble(value));
  });
  return array;
}

void WriteTo(const Array& array, std::byte* bytes) {
  DispatchDType(array.type.dtype, [&]<typename T>() {
    T* to = reinterpret_cast<T*>(bytes);
    for (const double value : array.values) *to++ = FromDouble<T>(value);
  });
}

void Canonicalize(Array& array) {
  const DType dtype = array.type.dtype;
  if (dtype == DType::kF32 || dtype == DType::kF64 || dtype == DType::kBool) return;
  if (dtype == DType::kI64 || dtype == DType::kU64) return;
  DispatchDType(dtype, [&]<typename T>() {
    for (double& value : array.values) {
      if constexpr (std::is_integral_v<T>) {
        value = static_cast<double>(static_cast<T>(static_cast<int64_t>(value)));
      } else {
        value = ToDouble(FromDouble<T>(value));
      }
    }
  });
}

std::vector<int64_t> Offsets(const Shape& shape, const std::vector<int64_t>& strides,
                             int64_t start) {
  CHECK(strides.size() == shape.dims().size());
  std::vector<int64_t> offsets{start};
  for (size_t axis = 0; axis < strides.size(); ++axis) {
    std::vector<int64_t> next;
    next.reserve(offsets.size() * static_cast<size_t>(shape.dims()[axis]));
    for (const int64_t offset : offsets) {
      for (int64_t i = 0; i < shape.dims()[axis]; ++i) next.push_back(offset + i * strides[axis]);
    }
    offsets = std::move(next);
  }
  return offsets;
}

double Extreme(DType dtype, bool greatest) {
  const double sign = greatest ? 1 : -1;
  if (IsFloating(dtype)) return sign * std::numeric_limits<double>::infinity();
  const int bits = static_cast<int>(SizeOf(dtype)) * 8;
  if (!IsSigned(dtype)) return greatest ? std::ldexp(1.0, bits) - 1 : 0;
  return greatest ? std::ldexp(1.0, bits - 1) - 1 : -std::ldexp(1.0, bits - 1);
}

}  // namespace tricorn::backend::reference
