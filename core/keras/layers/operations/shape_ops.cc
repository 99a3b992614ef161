#include "core/ops/shape/shape.h"

#include <numeric>

#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"
#include "core/ops/gather/repeat.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/stacking.h"
#include "core/ops/shape/turning.h"

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

// One number for all elements, or one for each.
Values Repeat(OpArguments& a) {
  const auto [x, axis] = VectorOrAxis(a);
  const ops::Axes known = a.Literal("repeats").is_null() ? ops::Axes() : a.Ints("repeats");
  if (known.size() == 1) return {ops::Repeat(x, known[0], axis)};
  const int64_t at = ops::NormalizeAxis(x, axis);
  if (at < 0) return {ops::Error(x)};
  const Value repeats =
      ops::BroadcastTo(ops::Reshape(a.Tensor("repeats"), {-1}), {x.dim(static_cast<int>(at))});
  const int64_t total = known.empty() ? a.LengthFrom(ops::Sum(repeats))
                                      : std::accumulate(known.begin(), known.end(), int64_t{0});
  return {ops::RepeatEach(x, repeats, total, at)};
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

// -- Joining and cutting ------------------------------------------------------------------------

Values Append(OpArguments& a) {
  const Value x = a.Tensor("x1"), y = a.Tensor("x2");
  return {a.Has("axis") ? ops::Append(x, y, a.Int("axis")) : ops::Append(x, y)};
}

Values ArraySplit(OpArguments& a) {
  const Value x = a.Tensor("x");
  const int64_t axis = a.Int("axis", 0);
  if (a.IsList("indices_or_sections")) return ops::SplitAt(x, a.Ints("indices_or_sections"), axis);
  return ops::ArraySplit(x, a.Int("indices_or_sections"), axis);
}

template <Value (*f)(ops::Operands)>
Values Stacked(OpArguments& a) {
  return {f(a.Tensors("xs"))};
}

// hsplit, vsplit, dsplit: `axis`, of vectors the first.
template <int64_t axis>
Values SplitAlong(OpArguments& a) {
  const Value x = a.Tensor("x");
  const int64_t at = axis == 1 && x.rank() == 1 ? 0 : axis;
  if (a.IsList("indices_or_sections")) return ops::SplitAt(x, a.Ints("indices_or_sections"), at);
  return ops::Split(x, a.Int("indices_or_sections"), at);
}

Values Unstack(OpArguments& a) {
  const Values parts = ops::Unstack(a.Tensor("x"), a.Int("axis", 0));
  const auto num = static_cast<int64_t>(parts.size());
  if (a.Int("num", num) != num) {
    return {a.Error(InvalidArgument("unstack: expected num = {}, received {}", num, a.Int("num")))};
  }
  return parts;
}

// -- Turning ------------------------------------------------------------------------------------

template <int64_t axis>
Values FlipAlong(OpArguments& a) {
  return {ops::Reverse(a.Tensor("x"), {axis})};
}

Values Roll(OpArguments& a) { return {ops::Roll(a.Tensor("x"), a.Ints("shift"), a.Ints("axis"))}; }

Values Rot90(OpArguments& a) {
  const Value x = a.Tensor("array");
  const ops::Axes axes = a.Has("axes") ? a.Ints("axes") : ops::Axes{0, 1};
  if (axes.size() != 2) {
    return {a.Error(InvalidArgument("rot90: expected 2 axes, received {}", axes.size()))};
  }
  return {ops::Rot90(x, a.Int("k", 1), axes[0], axes[1])};
}

// -- Padding ------------------------------------------------------------------------------------

// Widths: one number, one pair, or a pair an axis.
Values Pad(OpArguments& a) {
  const Value x = a.Tensor("x");
  std::vector<ops::Axes> widths = a.IntLists("pad_width");
  if (!a.IsList("pad_width")) widths = {a.Ints("pad_width")};
  const bool is_one_pair = widths.size() == 2 && widths[0].size() == 1 && widths[1].size() == 1;
  if (is_one_pair) widths = {{widths[0][0], widths[1][0]}};
  const auto rank = static_cast<size_t>(x.rank());
  if (widths.size() == 1) widths.resize(rank, widths[0]);
  ops::Axes low, high;
  for (const ops::Axes& width : widths) {
    if (width.empty() || width.size() > 2) break;
    low.push_back(width.front());
    high.push_back(width.back());
  }
  if (low.size() != rank || !a.builder().ok()) {
    return {a.Error(InvalidArgument("pad_width: expected a number, a pair or a pair an axis of {}",
                                    x.type().ToString()))};
  }
  const std::string mode = a.Text("mode", "constant");
  if (!a.Has("constant_values")) return {ops::PadWith(x, low, high, mode)};
  if (mode != "constant") {
    return {
        a.Error(InvalidArgument("constant_values: expected mode 'constant', received '{}'", mode))};
  }
  return {ops::Pad(x, low, high, {}, a.Number("constant_values"))};
}

Values Transpose(OpArguments& a) { return {ops::Transpose(a.Tensor("x"), a.Ints("axes"))}; }

}  // namespace

std::vector<OpEntry> ShapeOps() {
  return {
      {"append", "Append", "numpy", "x1 x2 axis", Append},
      {"array_split", "ArraySplit", "numpy", "x indices_or_sections axis", ArraySplit},
      {"broadcast_to", "BroadcastTo", "numpy", "x shape", BroadcastTo},
      {"column_stack", "ColumnStack", "numpy", "xs", Stacked<ops::ColumnStack>},
      {"concatenate", "Concatenate", "numpy", "xs axis", Concatenate},
      {"dsplit", "Dsplit", "numpy", "x indices_or_sections", SplitAlong<2>},
      {"dstack", "Dstack", "numpy", "xs", Stacked<ops::Dstack>},
      {"expand_dims", "ExpandDims", "numpy", "x axis", ExpandDims},
      {"flip", "Flip", "numpy", "x axis", Flip},
      {"fliplr", "Fliplr", "numpy", "x", FlipAlong<1>},
      {"flipud", "Flipud", "numpy", "x", FlipAlong<0>},
      {"hsplit", "Hsplit", "numpy", "x indices_or_sections", SplitAlong<1>},
      {"hstack", "Hstack", "numpy", "xs", Stacked<ops::Hstack>},
      {"moveaxis", "Moveaxis", "numpy", "x source destination", Moveaxis},
      {"pad", "Pad", "numpy", "x pad_width mode constant_values", Pad},
      {"ravel", "Ravel", "numpy", "x", Unary<ops::Ravel>},
      {"repeat", "Repeat", "numpy", "x repeats axis", Repeat},
      {"reshape", "Reshape", "numpy", "x newshape", Reshape},
      {"roll", "Roll", "numpy", "x shift axis", Roll},
      {"rot90", "Rot90", "numpy", "array k axes", Rot90},
      {"split", "Split", "numpy", "x indices_or_sections axis", Split},
      {"squeeze", "Squeeze", "numpy", "x axis", Squeeze},
      {"stack", "Stack", "numpy", "x axis", Stack},
      {"swapaxes", "Swapaxes", "numpy", "x axis1 axis2", Swapaxes},
      {"tile", "Tile", "numpy", "x repeats", Tile},
      {"transpose", "Transpose", "numpy", "x axes", Transpose},
      {"unstack", "Unstack", "core", "x num axis", Unstack},
      {"vsplit", "Vsplit", "numpy", "x indices_or_sections", SplitAlong<0>},
      {"vstack", "Vstack", "numpy", "xs", Stacked<ops::Vstack>},
  };
}

}  // namespace tricorn::keras
