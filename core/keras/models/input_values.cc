#include "core/keras/models/input_values.h"

#include "core/keras/layers/operation.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

bool Fits(const Shape& shape, const SymbolicShape& declared) {
  if (shape.rank() != static_cast<int>(declared.size())) return false;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const std::optional<int64_t>& length = declared[static_cast<size_t>(axis)];
    // The batch may differ from the one that the model was made with, as in Keras.
    if (axis > 0 && length && *length != shape[axis]) return false;
  }
  return true;
}

ir::Value AdjustRank(ir::Value value, const SymbolicShape& declared) {
  const int rank = static_cast<int>(declared.size());
  if (value.rank() == rank + 1 && value.shape()[rank] == 1) return ops::Squeeze(value, {-1});
  if (value.rank() == rank - 1 && declared.back() == 1) return ops::ExpandDims(value, {-1});
  return value;
}

// The dictionary's entry for each input, or its leaves by key when the names are others.
ir::Values Flatten(const std::vector<KerasTensor>& inputs, const Nest<ir::Value>& fed) {
  if (!fed.is_dict()) return fed.Flatten();
  ir::Values by_name;
  for (const KerasTensor& input : inputs) {
    for (const auto& [key, value] : fed.dict()) {
      if (key == input.node()->operation->name() && value.is_leaf())
        by_name.push_back(value.leaf());
    }
  }
  return by_name.size() == inputs.size() ? by_name : fed.Flatten();
}

}  // namespace

absl::StatusOr<ir::Values> InputValues(CallContext& context, const std::vector<KerasTensor>& inputs,
                                       const Nest<ir::Value>& fed) {
  ir::Values values = Flatten(inputs, fed);
  if (values.size() != inputs.size()) {
    return InvalidArgument("expected {} inputs, received {}", inputs.size(), values.size());
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const SymbolicType& declared = inputs[i].type();
    const ir::Value mask = context.MaskOf(values[i]);
    const ir::Value given = values[i];
    values[i] = AdjustRank(given, declared.shape);
    if (!Fits(values[i].shape(), declared.shape)) {
      return InvalidArgument("{}: expected shape {}, received {}",
                             inputs[i].node()->operation->DisplayName(), ToString(declared.shape),
                             given.shape().ToString());
    }
    values[i] = ops::Cast(values[i], declared.dtype);
    if (mask && values[i] != given) context.SetMask(values[i], mask);
  }
  return values;
}

}  // namespace tricorn::keras
