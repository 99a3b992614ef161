#pragma once

#include <vector>

#include "core/ir/type.h"
#include "core/tensor/tensor.h"

namespace tricorn::backend::reference {

// A value while the interpreter runs: row-major doubles, whatever the dtype.
struct Array {
  ir::Type type;
  std::vector<double> values;

  const Shape& shape() const { return type.shape; }
};

Array ToArray(const Tensor& tensor);
// Rounds or converts to the array's dtype.
void WriteTo(const Array& array, std::byte* bytes);

// Makes each value one that the dtype can hold: rounds float16 and bfloat16, wraps integers.
void Canonicalize(Array& array);

// The least or greatest number of a dtype: an infinity if it has one.
double Extreme(DType dtype, bool greatest);

// For each element of `shape` in row-major order, start + sum of index times stride over the axes.
// Most movement of data is a list of such offsets.
std::vector<int64_t> Offsets(const Shape& shape, const std::vector<int64_t>& strides,
                             int64_t start = 0);

}  // namespace tricorn::backend::reference
