#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/status.h"
#include "core/tensor/dtype.h"
#include "core/tensor/half.h"
#include "core/tensor/shape.h"

namespace tricorn {

template <typename T>
struct DTypeOf;
template <>
struct DTypeOf<bool> {
  static constexpr DType value = DType::kBool;
};
template <>
struct DTypeOf<uint8_t> {
  static constexpr DType value = DType::kU8;
};
template <>
struct DTypeOf<int8_t> {
  static constexpr DType value = DType::kI8;
};
template <>
struct DTypeOf<uint16_t> {
  static constexpr DType value = DType::kU16;
};
template <>
struct DTypeOf<int16_t> {
  static constexpr DType value = DType::kI16;
};
template <>
struct DTypeOf<uint32_t> {
  static constexpr DType value = DType::kU32;
};
template <>
struct DTypeOf<int32_t> {
  static constexpr DType value = DType::kI32;
};
template <>
struct DTypeOf<uint64_t> {
  static constexpr DType value = DType::kU64;
};
template <>
struct DTypeOf<int64_t> {
  static constexpr DType value = DType::kI64;
};
template <>
struct DTypeOf<Float16> {
  static constexpr DType value = DType::kF16;
};
template <>
struct DTypeOf<BFloat16> {
  static constexpr DType value = DType::kBF16;
};
template <>
struct DTypeOf<float> {
  static constexpr DType value = DType::kF32;
};
template <>
struct DTypeOf<double> {
  static constexpr DType value = DType::kF64;
};

// Calls f.template operator()<T>() with the C++ type of `dtype`. CHECK-fails for kString.
template <typename F>
decltype(auto) DispatchDType(DType dtype, F&& f) {
  switch (dtype) {
    case DType::kBool:
      return f.template operator()<bool>();
    case DType::kU8:
      return f.template operator()<uint8_t>();
    case DType::kI8:
      return f.template operator()<int8_t>();
    case DType::kU16:
      return f.template operator()<uint16_t>();
    case DType::kI16:
      return f.template operator()<int16_t>();
    case DType::kU32:
      return f.template operator()<uint32_t>();
    case DType::kI32:
      return f.template operator()<int32_t>();
    case DType::kU64:
      return f.template operator()<uint64_t>();
    case DType::kI64:
      return f.template operator()<int64_t>();
    case DType::kF16:
      return f.template operator()<Float16>();
    case DType::kBF16:
      return f.template operator()<BFloat16>();
    case DType::kF32:
      return f.template operator()<float>();
    case DType::kF64:
      return f.template operator()<double>();
    case DType::kString:
      break;
  }
  internal::CheckFailed(__FILE__, __LINE__, "dtype has a C++ type");
}

// A dense array in host memory, row-major, 64-byte aligned. Copies share the bytes; writing through
// one copy shows in the others, so Clone() before changing what somebody else may hold.
class Tensor {
 public:
  Tensor() : Tensor(DType::kF32, Shape{0}) {}
  // Zeroes. CHECK-fails on negative sizes: bounds of foreign sizes are the reader's to check.
  Tensor(DType dtype, Shape shape);

  static Tensor Uninitialized(DType dtype, Shape shape);
  // `bytes` stays alive as long as `owner` does.
  static Tensor Wrap(DType dtype, Shape shape, std::byte* bytes, std::shared_ptr<const void> owner);
  template <typename T>
  static Tensor From(Shape shape, std::span<const T> values) {
    Tensor t = Uninitialized(DTypeOf<T>::value, std::move(shape));
    CHECK(static_cast<int64_t>(values.size()) == t.num_elements());
    std::copy(values.begin(), values.end(), t.data<T>());
    return t;
  }
  template <typename T>
  static Tensor From(Shape shape, const std::vector<T>& values) {
    return From<T>(std::move(shape), std::span<const T>(values));
  }
  template <typename T>
  static Tensor Scalar(T value) {
    return From<T>(Shape{}, std::span<const T>(&value, 1));
  }

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  int64_t num_elements() const { return shape_.num_elements(); }
  int64_t nbytes() const { return num_elements() * SizeOf(dtype_); }

  std::byte* bytes() { return bytes_; }
  const std::byte* bytes() const { return bytes_; }
  template <typename T>
  T* data() {
    CHECK(DTypeOf<T>::value == dtype_);
    return reinterpret_cast<T*>(bytes_);
  }
  template <typename T>
  const T* data() const {
    CHECK(DTypeOf<T>::value == dtype_);
    return reinterpret_cast<const T*>(bytes_);
  }
  template <typename T>
  std::span<const T> values() const {
    return {data<T>(), static_cast<size_t>(num_elements())};
  }

  Tensor Clone() const;
  // The same bytes under another shape of as many elements.
  Tensor Reshaped(Shape shape) const;
  // Rows [begin, end) of the first axis, sharing the bytes.
  Tensor Rows(int64_t begin, int64_t end) const;
  // Converted element by element: float to integer truncates, anything to bool tests for zero.
  Tensor Cast(DType dtype) const;
  // Element `index` in row-major order as a double.
  double At(int64_t index) const;

  // "float32(2, 3)", with the first values when there are few.
  std::string ToString() const;

 private:
  Tensor(DType dtype, Shape shape, std::byte* bytes, std::shared_ptr<const void> owner)
      : dtype_(dtype), shape_(std::move(shape)), bytes_(bytes), owner_(std::move(owner)) {}

  DType dtype_;
  Shape shape_;
  std::byte* bytes_;
  std::shared_ptr<const void> owner_;
};

// Same dtype, shape and bits.
bool BitwiseEqual(const Tensor& a, const Tensor& b);
inline bool operator==(const Tensor& a, const Tensor& b) { return BitwiseEqual(a, b); }

// {"dtype": "float32", "shape": [2], "values": [1.0, 2.0]}
Json ToJson(const Tensor& tensor);
absl::Status FromJson(const Json& json, Tensor* out);

}  // namespace tricorn
