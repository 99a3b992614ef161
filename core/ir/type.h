#pragma once

#include <string>
#include <vector>

#include "core/base/fields.h"
#include "core/tensor/dtype.h"
#include "core/tensor/shape.h"

namespace tricorn::ir {

// What a value is: element type and static shape.
struct Type {
  DType dtype = DType::kF32;
  Shape shape;
  FIELDS(dtype, shape)

  int rank() const { return shape.rank(); }
  int64_t num_elements() const { return shape.num_elements(); }
  int64_t nbytes() const { return num_elements() * SizeOf(dtype); }
  std::string ToString() const { return std::string(Name(dtype)) + shape.ToString(); }
};

using Types = std::vector<Type>;

}  // namespace tricorn::ir
