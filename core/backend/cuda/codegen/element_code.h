#pragma once

#include <string>
#include <string_view>

#include "core/tensor/dtype.h"
#include "core/tensor/tensor.h"

// Pieces of generated CUDA C++ about single elements; element.cuh has what they call.

namespace tricorn::backend::cuda {

// The type of a stored element: "f32", "bf16", "bool".
std::string_view TypeName(DType dtype);
// The type it is computed in: "f32" for half precision.
std::string WideName(DType dtype);
// The stored element of a constant of one element, bit for bit.
std::string Literal(const Tensor& scalar);
// The greatest (or least) value of the dtype, which every other one beats; infinite if floating.
std::string ExtremeLiteral(DType dtype, bool greatest);

}  // namespace tricorn::backend::cuda
