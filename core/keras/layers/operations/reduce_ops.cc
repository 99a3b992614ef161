#include "core/ops/reduce/reduce.h"

#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"

namespace tricorn::keras {
namespace {

using namespace op_forms;

// The index in x laid flat where no axis is given.
template <Value (*f)(Value, int64_t, bool)>
Values ArgReduction(OpArguments& a) {
  const Value x = a.Tensor("x");
  const bool keepdims = a.Flag("keepdims", false);
  if (a.Has("axis")) return {f(x, a.Int("axis"), keepdims)};
  const Value y = f(ops::Reshape(x, {-1}), 0, false);
  if (!keepdims || x.rank() == 0) return {y};
  return {ops::Reshape(y, Shape(std::vector<int64_t>(static_cast<size_t>(x.rank()), 1)))};
}

// max and min also take the value to start from.
template <Value (*f)(Value, const ops::Axes&, bool), Value (*pick)(ops::Arg, ops::Arg)>
Values Extremum(OpArguments& a) {
  const Value x = a.Tensor("x");
  const Value y = Reduced(a, x, f);
  if (!a.Has("initial")) return {y};
  return {ops::Cast(pick(y, a.TensorOrNumber("initial")), x.dtype())};
}

Values Prod(OpArguments& a) {
  Value x = a.Tensor("x");
  if (a.Has("dtype")) x = ops::Cast(x, a.Dtype("dtype", x.dtype()));
  return {Reduced(a, x, ops::Prod)};
}

Values Cumsum(OpArguments& a) {
  const auto [x, axis] = VectorOrAxis(a);
  return {ops::Cumsum(ops::Cast(x, a.Dtype("dtype", x.dtype())), axis)};
}

}  // namespace

std::vector<OpEntry> ReduceOps() {
  return {
      {"all", "All", "numpy", "x axis keepdims", Reduction<ops::All>},
      {"amax", "Amax", "numpy", "x axis keepdims", Reduction<ops::Max>},
      {"amin", "Amin", "numpy", "x axis keepdims", Reduction<ops::Min>},
      {"any", "Any", "numpy", "x axis keepdims", Reduction<ops::Any>},
      {"argmax", "Argmax", "numpy", "x axis keepdims", ArgReduction<ops::Argmax>},
      {"argmin", "Argmin", "numpy", "x axis keepdims", ArgReduction<ops::Argmin>},
      {"cumsum", "Cumsum", "numpy", "x axis dtype", Cumsum},
      {"logsumexp", "Logsumexp", "math", "x axis keepdims", Reduction<ops::LogSumExp>},
      {"max", "Max", "numpy", "x axis keepdims initial", Extremum<ops::Max, ops::Maximum>},
      {"mean", "Mean", "numpy", "x axis keepdims", Reduction<ops::Mean>},
      {"min", "Min", "numpy", "x axis keepdims initial", Extremum<ops::Min, ops::Minimum>},
      {"prod", "Prod", "numpy", "x axis keepdims dtype", Prod},
      {"std", "Std", "numpy", "x axis keepdims", Reduction<ops::Std>},
      {"sum", "Sum", "numpy", "x axis keepdims", Reduction<ops::Sum>},
      {"var", "Var", "numpy", "x axis keepdims", Reduction<ops::Variance>},
  };
}

}  // namespace tricorn::keras
