#pragma once

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"
#include "tricorn/v1/tensor.pb.h"

namespace tricorn {

// Errors: InvalidArgument for an unknown dtype, sizes that no memory holds, or data of another
// length than dtype and shape say; Unimplemented for DTYPE_STRING.
absl::StatusOr<Tensor> FromWire(const v1::Tensor& wire);

// CHECK-fails for kString.
v1::Tensor ToWire(const Tensor& tensor);

v1::DType ToWire(DType dtype);
absl::StatusOr<DType> FromWire(v1::DType dtype);

}  // namespace tricorn
