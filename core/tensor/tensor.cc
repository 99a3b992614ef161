#include "core/tensor/tensor.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "core/base/json_fields.h"

namespace tricorn {
namespace {

constexpr std::align_val_t kAlignment{64};

template <typename To, typename From>
To Convert(From from) {
  if constexpr (std::is_same_v<To, From>) {
    return from;
  } else if constexpr (std::is_same_v<From, Float16> || std::is_same_v<From, BFloat16>) {
    return Convert<To>(static_cast<float>(from));
  } else if constexpr (std::is_same_v<To, Float16> || std::is_same_v<To, BFloat16>) {
    return To(static_cast<float>(from));
  } else if constexpr (std::is_same_v<To, bool>) {
    return from != From(0);
  } else {
    return static_cast<To>(from);
  }
}

}  // namespace

Tensor Tensor::Uninitialized(DType dtype, Shape shape) {
  for (const int64_t dim : shape) CHECK(dim >= 0);
  const size_t nbytes = static_cast<size_t>(shape.num_elements() * SizeOf(dtype));
  auto* bytes = static_cast<std::byte*>(::operator new(std::max<size_t>(nbytes, 1), kAlignment));
  std::shared_ptr<const void> owner(
      bytes, [](const void* p) { ::operator delete(const_cast<void*>(p), kAlignment); });
  return Tensor(dtype, std::move(shape), bytes, std::move(owner));
}

Tensor::Tensor(DType dtype, Shape shape) : Tensor(Uninitialized(dtype, std::move(shape))) {
  std::memset(bytes_, 0, static_cast<size_t>(nbytes()));
}

Tensor Tensor::Wrap(DType dtype, Shape shape, std::byte* bytes, std::shared_ptr<const void> owner) {
  return Tensor(dtype, std::move(shape), bytes, std::move(owner));
}

Tensor Tensor::Clone() const {
  Tensor copy = Uninitialized(dtype_, shape_);
  std::memcpy(copy.bytes_, bytes_, static_cast<size_t>(nbytes()));
  return copy;
}

Tensor Tensor::Reshaped(Shape shape) const {
  CHECK(shape.num_elements() == num_elements());
  return Tensor(dtype_, std::move(shape), bytes_, owner_);
}

Tensor Tensor::Rows(int64_t begin, int64_t end) const {
  CHECK(shape_.rank() > 0 && 0 <= begin && begin <= end && end <= shape_[0]);
  Shape shape = shape_;
  shape[0] = end - begin;
  const int64_t row = shape_[0] == 0 ? 0 : nbytes() / shape_[0];
  return Tensor(dtype_, std::move(shape), bytes_ + begin * row, owner_);
}

Tensor Tensor::Cast(DType dtype) const {
  if (dtype == dtype_) return *this;
  Tensor out = Uninitialized(dtype, shape_);
  DispatchDType(dtype_, [&]<typename From>() {
    DispatchDType(dtype, [&]<typename To>() {
      const From* from = data<From>();
      To* to = out.data<To>();
      std::transform(from, from + num_elements(), to, [](From x) { return Convert<To>(x); });
    });
  });
  return out;
}

double Tensor::At(int64_t index) const {
  CHECK(0 <= index && index < num_elements());
  return DispatchDType(dtype_, [&]<typename T>() { return Convert<double>(data<T>()[index]); });
}

std::string Tensor::ToString() const {
  std::string text = fmt::format("{}{}", Name(dtype_), shape_.ToString());
  if (num_elements() > 16) return text;
  text += " [";
  for (int64_t i = 0; i < num_elements(); ++i) text += fmt::format("{}{}", i ? ", " : "", At(i));
  return text + "]";
}

bool BitwiseEqual(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         std::memcmp(a.bytes(), b.bytes(), static_cast<size_t>(a.nbytes())) == 0;
}

Json ToJson(const Tensor& tensor) {
  Json::Array values;
  for (int64_t i = 0; i < tensor.num_elements(); ++i) {
    if (tensor.dtype() == DType::kBool) {
      values.emplace_back(tensor.data<bool>()[i]);
    } else if (IsFloating(tensor.dtype())) {
      values.emplace_back(tensor.At(i));
    } else {
      values.emplace_back(DispatchDType(
          tensor.dtype(), [&]<typename T>() { return Convert<int64_t>(tensor.data<T>()[i]); }));
    }
  }
  return Json::MakeObject({{"dtype", ToJson(tensor.dtype())},
                           {"shape", ToJson(tensor.shape())},
                           {"values", std::move(values)}});
}

absl::Status FromJson(const Json& json, Tensor* out) {
  DType dtype;
  Shape shape;
  RETURN_IF_ERROR(WithSubject(FromJson(json["dtype"], &dtype), "dtype"));
  RETURN_IF_ERROR(WithSubject(FromJson(json["shape"], &shape), "shape"));
  const Json& values = json["values"];
  if (!values.is_array()) return WrongKind("array of values", values);
  int64_t expected = 1;
  for (const int64_t dim : shape) {
    const bool fits = dim >= 0 && !__builtin_mul_overflow(expected, dim, &expected);
    if (!fits) return InvalidArgument("shape: expected lengths, received {}", shape.ToString());
  }
  if (dtype == DType::kString || expected != static_cast<int64_t>(values.size())) {
    return InvalidArgument("values: expected {} numbers, received {}", expected, values.size());
  }
  *out = Tensor::Uninitialized(dtype, shape);
  for (int64_t i = 0; i < expected; ++i) {
    const Json& value = values.AsArray()[static_cast<size_t>(i)];
    if (!value.is_number() && !value.is_bool()) return WrongKind("number", value);
    DispatchDType(dtype, [&]<typename T>() {
      T& to = out->data<T>()[i];
      if (value.is_bool())
        to = Convert<T>(value.AsBool());
      else if (value.is_int())
        to = Convert<T>(value.AsInt());
      else
        to = Convert<T>(value.AsDouble());
    });
  }
  return absl::OkStatus();
}

}  // namespace tricorn
