#include "core/ops/shape/shape.h"

#include <numeric>

#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"

namespace tricorn::keras {
namespace {

using namespace op_forms;

Values BroadcastTo(OpArguments& a) { return {ops::BroadcastTo(a.Tensor("x"), a.ShapeOf("shape"))}; }

Values Concatenate(OpArguments& a) { return {ops::Concatenate(a.Tensors("xs"), a.Int("axis", 0))}; }

Values ExpandDims(OpArguments& a) { return {ops::ExpandDims(a.Tensor("x"), a.Ints("axis"))}; }

Values Flip(OpArguments& a) {
  const Value x = a.Tensor("x");
  return {x.rank() == 0 ? x : ops::Reverse(x, a.Ints("axis"))};
}

// One axis or several, each to its place; the others keep their order.
Values Moveaxis(OpArguments& a) {
  const Value x = a.Tensor("x");
  const ops::Axes source = a.Ints("source"), destination = a.Ints("destination");
  if (source.size() != destination.size()) {
    return {
        a.Error(InvalidArgument("moveaxis: expected as many destinations as sources, received "
                                "{} and {}",
                                destination.size(), source.size()))};
  }
  const auto rank = static_cast<size_t>(x.rank());
  std::vector<int64_t> perm(rank, -1);
  std::vector<bool> moved(rank, false);
  for (size_t i = 0; i < source.size(); ++i) {
    const int64_t from = ops::NormalizeAxis(x, source[i]);
    const int64_t to = ops::NormalizeAxis(x, destination[i]);
    if (from < 0 || to < 0) return {ops::Error(x)};
    perm[static_cast<size_t>(to)] = from;
    moved[static_cast<size_t>(from)] = true;
  }
  size_t next = 0;
  for (int64_t& axis : perm) {
    if (axis >= 0) continue;
    while (next < rank && moved[next]) ++next;
    axis = static_cast<int64_t>(next++);
  }
  return {rank == 0 ? x : ops::Transpose(x, std::move(perm))};
}

Values Repeat(OpArguments& a) {
  const auto [x, axis] = VectorOrAxis(a);
  return {ops::Repeat(x, a.Int("repeats"), axis)};
}

Values Reshape(OpArguments& a) { return {ops::Reshape(a.Tensor("x"), a.ShapeOf("newshape"))}; }

Values Split(OpArguments& a) {
  const Value x = a.Tensor("x");
  const int64_t axis = a.Int("axis", 0);
  if (a.IsList("indices_or_sections")) return ops::SplitAt(x, a.Ints("indices_or_sections"), axis);
  return ops::Split(x, a.Int("indices_or_sections"), axis);
}

Values Squeeze(OpArguments& a) { return {ops::Squeeze(a.Tensor("x"), a.Ints("axis"))}; }

Values Stack(OpArguments& a) { return {ops::Stack(a.Tensors("x"), a.Int("axis", 0))}; }

Values Swapaxes(OpArguments& a) {
  return {ops::SwapAxes(a.Tensor("x"), a.Int("axis1"), a.Int("axis2"))};
}

Values Tile(OpArguments& a) { return {ops::Tile(a.Tensor("x"), a.Ints("repeats"))}; }

Values Transpose(OpArguments& a) { return {ops::Transpose(a.Tensor("x"), a.Ints("axes"))}; }

}  // namespace

std::vector<OpEntry> ShapeOps() {
  return {
      {"broadcast_to", "BroadcastTo", "numpy", "x shape", BroadcastTo},
      {"concatenate", "Concatenate", "numpy", "xs axis", Concatenate},
      {"expand_dims", "ExpandDims", "numpy", "x axis", ExpandDims},
      {"flip", "Flip", "numpy", "x axis", Flip},
      {"moveaxis", "Moveaxis", "numpy", "x source destination", Moveaxis},
      {"repeat", "Repeat", "numpy", "x repeats axis", Repeat},
      {"reshape", "Reshape", "numpy", "x newshape", Reshape},
      {"split", "Split", "numpy", "x indices_or_sections axis", Split},
      {"squeeze", "Squeeze", "numpy", "x axis", Squeeze},
      {"stack", "Stack", "numpy", "x axis", Stack},
      {"swapaxes", "Swapaxes", "numpy", "x axis1 axis2", Swapaxes},
      {"tile", "Tile", "numpy", "x repeats", Tile},
      {"transpose", "Transpose", "numpy", "x axes", Transpose},
  };
}

}  // namespace tricorn::keras
