#include <numeric>

#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"
#include "core/ops/dot/dot.h"
#include "core/ops/dot/products.h"

namespace tricorn::keras {
namespace {

using namespace op_forms;

template <Value (*f)(Value, Value)>
Values Product(OpArguments& a) {
  return {f(a.Tensor("x1"), a.Tensor("x2"))};
}

Values Cross(OpArguments& a) {
  const int64_t axis_a = a.Int("axisa", -1), axis_b = a.Int("axisb", -1),
                axis_c = a.Int("axisc", -1);
  const bool one = a.Has("axis");
  const int64_t axis = a.Int("axis", 0);
  return {ops::Cross(a.Tensor("x1"), a.Tensor("x2"), one ? axis : axis_a, one ? axis : axis_b,
                     one ? axis : axis_c)};
}

// `axes` are two lists, or how many axes of the end of x1 meet the first ones of x2.
Values Tensordot(OpArguments& a) {
  const Value x = a.Tensor("x1");
  const Value y = a.Tensor("x2");
  if (const std::vector<ops::Axes> axes = a.IntLists("axes"); axes.size() == 2) {
    return {ops::Tensordot(x, y, axes[0], axes[1])};
  }
  const int64_t count = a.Int("axes", 2);
  if (count < 0 || count > std::min(x.rank(), y.rank())) {
    return {
        a.Error(InvalidArgument("tensordot: expected a number of axes of {} and {}, received "
                                "{}",
                                x.type().ToString(), y.type().ToString(), count))};
  }
  ops::Axes first(static_cast<size_t>(count));
  std::iota(first.begin(), first.end(), 0);
  ops::Axes last = first;
  for (int64_t& axis : last) axis += x.rank() - count;
  return {ops::Tensordot(x, y, last, first)};
}

}  // namespace

std::vector<OpEntry> ProductOps() {
  return {
      {"cross", "Cross", "numpy", "x1 x2 axisa axisb axisc axis", Cross},
      {"dot", "Dot", "numpy", "x1 x2", Product<ops::Dot>},
      {"inner", "Inner", "numpy", "x1 x2", Product<ops::Inner>},
      {"kron", "Kron", "numpy", "x1 x2", Product<ops::Kron>},
      {"matmul", "Matmul", "numpy", "x1 x2", Product<ops::Matmul>},
      {"outer", "Outer", "numpy", "x1 x2", Product<ops::Outer>},
      {"tensordot", "Tensordot", "numpy", "x1 x2 axes", Tensordot},
      {"vdot", "Vdot", "numpy", "x1 x2", Product<ops::Vdot>},
  };
}

}  // namespace tricorn::keras
