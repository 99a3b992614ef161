#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json_fields.h"
#include "core/ir/type.h"

namespace tricorn::keras {

// Lengths of axes, outermost first; nullopt where any length fits (Keras's None).
using SymbolicShape = std::vector<std::optional<int64_t>>;

// What is known of a value before a model runs.
struct SymbolicType {
  DType dtype = DType::kF32;
  SymbolicShape shape;
  FIELDS(dtype, shape)

  int rank() const { return static_cast<int>(shape.size()); }
  // The length of `axis`, counted from the end when negative. nullopt when free or absent.
  std::optional<int64_t> dim(int axis) const;
};

std::string ToString(const SymbolicShape& shape);  // "(None, 28, 28, 1)"
SymbolicShape ToSymbolic(const Shape& shape);
// The type with `length` for each free axis.
ir::Type Concrete(const SymbolicType& type, int64_t length);

}  // namespace tricorn::keras
