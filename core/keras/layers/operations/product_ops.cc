#include <numeric>

#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"
#include "core/ops/dot/dot.h"

namespace tricorn::keras {
namespace {

using namespace op_forms;

Values Matmul(OpArguments& a) { return {ops::Matmul(a.Tensor("x1"), a.Tensor("x2"))}; }

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
      {"matmul", "Matmul", "numpy", "x1 x2", Matmul},
      {"tensordot", "Tensordot", "numpy", "x1 x2 axes", Tensordot},
  };
}

}  // namespace tricorn::keras
