#include "proto/tensor/wire_tensor.h"

#include <cstring>
#include <vector>

#include "core/base/status.h"
#include "core/tensor/bounds.h"

namespace tricorn {
namespace {

struct Pair {
  DType dtype;
  v1::DType wire;
};
constexpr Pair kPairs[] = {
    {DType::kBool, v1::DTYPE_BOOL},     {DType::kU8, v1::DTYPE_UINT8},
    {DType::kI8, v1::DTYPE_INT8},       {DType::kU16, v1::DTYPE_UINT16},
    {DType::kI16, v1::DTYPE_INT16},     {DType::kU32, v1::DTYPE_UINT32},
    {DType::kI32, v1::DTYPE_INT32},     {DType::kU64, v1::DTYPE_UINT64},
    {DType::kI64, v1::DTYPE_INT64},     {DType::kF16, v1::DTYPE_FLOAT16},
    {DType::kBF16, v1::DTYPE_BFLOAT16}, {DType::kF32, v1::DTYPE_FLOAT32},
    {DType::kF64, v1::DTYPE_FLOAT64},   {DType::kString, v1::DTYPE_STRING},
};

}  // namespace

v1::DType ToWire(DType dtype) {
  for (const Pair& pair : kPairs) {
    if (pair.dtype == dtype) return pair.wire;
  }
  internal::CheckFailed(__FILE__, __LINE__, "dtype is listed");
}

absl::StatusOr<DType> FromWire(v1::DType dtype) {
  for (const Pair& pair : kPairs) {
    if (pair.wire == dtype) return pair.dtype;
  }
  return InvalidArgument("dtype: expected one of tricorn.v1.DType, received {}",
                         static_cast<int>(dtype));
}

absl::StatusOr<Tensor> FromWire(const v1::Tensor& wire) {
  ASSIGN_OR_RETURN(const DType dtype, FromWire(wire.dtype()));
  if (dtype == DType::kString) {
    return Unimplemented("tensor: expected numbers, received strings");
  }
  const Shape shape(std::vector<int64_t>(wire.shape().begin(), wire.shape().end()));
  ASSIGN_OR_RETURN(const int64_t nbytes, CheckedNumBytes(dtype, shape));
  if (static_cast<int64_t>(wire.data().size()) != nbytes) {
    return InvalidArgument("tensor: expected {} bytes for {}{}, received {}", nbytes, Name(dtype),
                           shape.ToString(), wire.data().size());
  }
  Tensor tensor = Tensor::Uninitialized(dtype, shape);
  std::memcpy(tensor.bytes(), wire.data().data(), wire.data().size());
  return tensor;
}

v1::Tensor ToWire(const Tensor& tensor) {
  v1::Tensor wire;
  wire.set_dtype(ToWire(tensor.dtype()));
  for (const int64_t size : tensor.shape()) wire.add_shape(size);
  wire.set_data(tensor.bytes(), static_cast<size_t>(tensor.nbytes()));
  return wire;
}

}  // namespace tricorn
