#include <numeric>

#include "core/base/status.h"
#include "core/ops/dot/dot.h"
#include "core/ops/reduce/reduce.h"
#include "tests/conformance/ops/forms.h"
#include "tests/conformance/ops/op_table.h"

namespace tricorn::conformance {
namespace {

using ir::Value;
using ir::Values;
using A = OpArguments;

template <Value (*F)(Value, const ops::Axes&, bool)>
Values Reduction(A& a) {
  const Value x = a.Array(0, "x");
  return {F(x, a.Ints(1, "axis"), a.Flag(2, "keepdims", false))};
}
template <Value (*F)(Value, int64_t, bool)>
Values ArgReduction(A& a) {
  const Value x = a.Array(0, "x");
  const bool keepdims = a.Flag(2, "keepdims", false);
  if (a.Has(1, "axis")) return {F(x, a.Int(1, "axis", 0), keepdims)};
  return {F(ops::Reshape(x, {-1}), 0, false)};
}
}  // namespace

const std::map<std::string_view, OpFunction>& ReduceOps() {
  static const std::map<std::string_view, OpFunction> table = {
      {"all", Reduction<ops::All>},
      {"amax", Reduction<ops::Max>},
      {"amin", Reduction<ops::Min>},
      {"any", Reduction<ops::Any>},
      {"logsumexp", Reduction<ops::LogSumExp>},
      {"max", Reduction<ops::Max>},
      {"mean", Reduction<ops::Mean>},
      {"min", Reduction<ops::Min>},
      {"prod", Reduction<ops::Prod>},
      {"std", Reduction<ops::Std>},
      {"sum", Reduction<ops::Sum>},
      {"var", Reduction<ops::Variance>},
      {"argmax", ArgReduction<ops::Argmax>},
      {"argmin", ArgReduction<ops::Argmin>},
      {"cumsum",
       [](A& a) -> Values {
         const auto [x, axis] = VectorOrAxis(a, 1);
         return {ops::Cumsum(x, axis)};
       }},
      {"matmul",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x1");
         return {ops::Matmul(x, a.Array(1, "x2"))};
       }},
      {"tensordot",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x1");
         const Value y = a.Array(1, "x2");
         if (const std::vector<ops::Axes> axes = a.IntLists(2, "axes"); axes.size() == 2) {
           return {ops::Tensordot(x, y, axes[0], axes[1])};
         }
         const int64_t count = a.Int(2, "axes", 2);
         ops::Axes first(static_cast<size_t>(count));
         std::iota(first.begin(), first.end(), 0);
         ops::Axes last = first;
         for (int64_t& axis : last) axis += x.rank() - count;
         return {ops::Tensordot(x, y, last, first)};
       }},
  };
  return table;
}

}  // namespace tricorn::conformance
