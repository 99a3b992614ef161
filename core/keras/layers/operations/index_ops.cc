#include "core/keras/layers/operations/get_item.h"
#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"
#include "core/ops/gather/gather.h"

namespace tricorn::keras {
namespace {

using namespace op_forms;

Values GetItemOp(OpArguments& a) {
  const absl::StatusOr<Value> item = GetItem(a.Tensor("x"), a.Literal("key"));
  return {item.ok() ? *item : a.Error(item.status())};
}

Values Take(OpArguments& a) {
  const auto [x, axis] = VectorOrAxis(a);
  return {ops::Take(x, a.Tensor("indices"), axis)};
}

Values TakeAlongAxis(OpArguments& a) {
  const auto [x, axis] = VectorOrAxis(a);
  return {ops::TakeAlongAxis(x, a.Tensor("indices"), axis)};
}

Values Argsort(OpArguments& a) {
  if (a.Has("axis") || !a.IsGiven("axis")) return {ops::Argsort(a.Tensor("x"), a.Int("axis", -1))};
  return {ops::Argsort(ops::Reshape(a.Tensor("x"), {-1}), 0)};
}

Values Sort(OpArguments& a) { return {ops::Sort(a.Tensor("x"), a.Int("axis", -1))}; }

Values TopK(OpArguments& a) {
  a.Flag("sorted", true);  // any order would do: ours is sorted
  const ops::TopKResult top = ops::TopK(a.Tensor("x"), a.Int("k"));
  return {top.values, top.indices};
}

Values Where(OpArguments& a) {
  return {ops::Where(a.Tensor("condition"), a.TensorOrNumber("x1"), a.TensorOrNumber("x2"))};
}

}  // namespace

std::vector<OpEntry> IndexOps() {
  return {
      {"argsort", "Argsort", "numpy", "x axis", Argsort},
      {"get_item", "GetItem", "numpy", "x key", GetItemOp},
      {"sort", "Sort", "numpy", "x axis", Sort},
      {"take", "Take", "numpy", "x indices axis", Take},
      {"take_along_axis", "TakeAlongAxis", "numpy", "x indices axis", TakeAlongAxis},
      {"top_k", "TopK", "math", "x k sorted", TopK},
      {"where", "Where", "numpy", "condition x1 x2", Where},
  };
}

}  // namespace tricorn::keras
