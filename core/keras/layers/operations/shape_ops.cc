#include "core/keras/layers/operations/get_item.h"
#include "core/keras/layers/operations/op_call.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

ir::Value Concatenate(const OpArguments& a) {
  return ops::Concatenate(a.Tensors(0), a.Int("axis", -1));
}

ir::Value Stack(const OpArguments& a) { return ops::Stack(a.Tensors(0), a.Int("axis", 0)); }

ir::Value ExpandDims(const OpArguments& a) { return ops::ExpandDims(a.Tensor(0), a.Axes("axis")); }

ir::Value Squeeze(const OpArguments& a) { return ops::Squeeze(a.Tensor(0), a.Axes("axis")); }

ir::Value Reshape(const OpArguments& a) {
  return ops::Reshape(a.Tensor(0), Shape(a.Axes("newshape")));
}

ir::Value Transpose(const OpArguments& a) { return ops::Transpose(a.Tensor(0), a.Axes("axes")); }

ir::Value GetItemOp(const OpArguments& a) {
  const absl::StatusOr<ir::Value> item = GetItem(a.Tensor(0), a.Literal(1));
  return item.ok() ? *item : a.Error(item.status());
}

}  // namespace

std::vector<OpEntry> ShapeOps() {
  return {
      {"Concatenate", "numpy", Concatenate}, {"ExpandDims", "numpy", ExpandDims},
      {"GetItem", "numpy", GetItemOp},       {"Reshape", "numpy", Reshape},
      {"Squeeze", "numpy", Squeeze},         {"Stack", "numpy", Stack},
      {"Transpose", "numpy", Transpose},
  };
}

}  // namespace tricorn::keras
