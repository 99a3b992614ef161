#include "core/keras/layers/symbolic_type.h"

namespace tricorn::keras {

std::optional<int64_t> SymbolicType::dim(int axis) const {
  const int at = axis < 0 ? axis + rank() : axis;
  return at >= 0 && at < rank() ? shape[static_cast<size_t>(at)] : std::nullopt;
}

std::string ToString(const SymbolicShape& shape) {
  std::string text = "(";
  for (size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) text += ", ";
    text += shape[i] ? std::to_string(*shape[i]) : "None";
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

SymbolicShape ToSymbolic(const Shape& shape) { return SymbolicShape(shape.begin(), shape.end()); }

ir::Type Concrete(const SymbolicType& type, int64_t length) {
  std::vector<int64_t> dims;
  for (const std::optional<int64_t>& dim : type.shape) dims.push_back(dim.value_or(length));
  return {type.dtype, Shape(std::move(dims))};
}

}  // namespace tricorn::keras
