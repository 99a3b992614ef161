#pragma once

#include <utility>

#include "core/keras/layers/operations/op_arguments.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

// Forms that functions of several families have.

namespace tricorn::keras::op_forms {

using ir::Value;
using ir::Values;

// f(x).
template <Value (*f)(Value)>
Values Unary(OpArguments& a) {
  return {f(a.Tensor("x"))};
}

// Two arguments of which at least one is a tensor.
inline std::pair<ops::Arg, ops::Arg> Pair(OpArguments& a, std::string_view first,
                                          std::string_view second) {
  const ops::Arg x = a.TensorOrNumber(first);
  const ops::Arg y = a.TensorOrNumber(second);
  return x.is_number() && y.is_number() ? std::pair<ops::Arg, ops::Arg>(a.Tensor(first), y)
                                        : std::pair(x, y);
}
template <Value (*f)(ops::Arg, ops::Arg)>
Values Binary(OpArguments& a) {
  const auto [x, y] = Pair(a, "x1", "x2");
  return {f(x, y)};
}
// The same where Keras names the arguments x and y.
template <Value (*f)(ops::Arg, ops::Arg)>
Values BinaryXY(OpArguments& a) {
  const auto [x, y] = Pair(a, "x", "y");
  return {f(x, y)};
}

// f(x, axes, keepdims) over the axes that `axis` says: all without one, none for an empty list.
inline Value Reduced(OpArguments& a, Value x, Value (*f)(Value, const ops::Axes&, bool)) {
  const ops::Axes axes = a.Ints("axis");
  if (a.Has("axis") && axes.empty()) return f(ops::ExpandDims(x, {0}), {0}, false);
  return f(x, axes, a.Flag("keepdims", false));
}
template <Value (*f)(Value, const ops::Axes&, bool)>
Values Reduction(OpArguments& a) {
  return {Reduced(a, a.Tensor("x"), f)};
}

// f(x, axis), by default the last.
template <Value (*f)(Value, int64_t)>
Values AlongAxis(OpArguments& a) {
  return {f(a.Tensor("x"), a.Int("axis", -1))};
}

// x and its axis, or all of x as a vector where no axis is given.
inline std::pair<Value, int64_t> VectorOrAxis(OpArguments& a) {
  const Value x = a.Tensor("x");
  if (a.Has("axis")) return {x, a.Int("axis")};
  return {ops::Reshape(x, {-1}), 0};
}

}  // namespace tricorn::keras::op_forms
