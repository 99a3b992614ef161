#include <numeric>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/shape/shape.h"
#include "tests/conformance/ops/forms.h"
#include "tests/conformance/ops/op_table.h"

namespace tricorn::conformance {
namespace {

using ir::Value;
using ir::Values;
using A = OpArguments;

Shape ShapeArgument(A& a, size_t position, std::string_view name) {
  return Shape(a.Ints(position, name));
}

}  // namespace

const std::map<std::string_view, OpFunction>& ShapeOps() {
  static const std::map<std::string_view, OpFunction> table = {
      {"broadcast_to",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x");
         return {ops::BroadcastTo(x, ShapeArgument(a, 1, "shape"))};
       }},
      {"concatenate",
       [](A& a) -> Values {
         const Values xs = a.Arrays(0, "xs");
         return {ops::Concatenate(xs, a.Int(1, "axis", 0))};
       }},
      {"expand_dims",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x");
         return {ops::ExpandDims(x, a.Ints(1, "axis"))};
       }},
      {"flip",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x");
         ops::Axes axes = a.Ints(1, "axis");
         if (axes.empty()) {
           axes.resize(static_cast<size_t>(x.rank()));
           std::iota(axes.begin(), axes.end(), 0);
         }
         return {ops::Reverse(x, axes)};
       }},
      {"full",
       [](A& a) -> Values {
         const Shape shape = ShapeArgument(a, 0, "shape");
         return {ops::Full(a.builder(), {DType::kF32, shape}, a.Number(1, "fill_value", 0))};
       }},
      {"moveaxis",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x");
         return {ops::MoveAxis(x, a.Int(1, "source", 0), a.Int(2, "destination", 0))};
       }},
      {"ones",
       [](A& a) -> Values {
         return {ops::Full(a.builder(), {DType::kF32, ShapeArgument(a, 0, "shape")}, 1)};
       }},
      {"repeat",
       [](A& a) -> Values {
         const auto [x, axis] = VectorOrAxis(a, 2);
         return {ops::Repeat(x, a.Int(1, "repeats", 1), axis)};
       }},
      {"reshape",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x");
         return {ops::Reshape(x, ShapeArgument(a, 1, "newshape"))};
       }},
      {"split",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x");
         const int64_t axis = a.Int(2, "axis", 0);
         if (a.IsList(1, "indices_or_sections")) {
           return ops::SplitAt(x, a.Ints(1, "indices_or_sections"), axis);
         }
         return ops::Split(x, a.Int(1, "indices_or_sections", 1), axis);
       }},
      {"squeeze",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x");
         return {ops::Squeeze(x, a.Ints(1, "axis"))};
       }},
      {"stack",
       [](A& a) -> Values {
         const Values xs = a.Arrays(0, "x");
         return {ops::Stack(xs, a.Int(1, "axis", 0))};
       }},
      {"swapaxes",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x");
         return {ops::SwapAxes(x, a.Int(1, "axis1", 0), a.Int(2, "axis2", 0))};
       }},
      {"tile",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x");
         ops::Axes repeats = a.Ints(1, "repeats");
         while (static_cast<int>(repeats.size()) < x.rank()) repeats.insert(repeats.begin(), 1);
         return {ops::Tile(x, repeats)};
       }},
      {"transpose",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x");
         return {ops::Transpose(x, a.Ints(1, "axes"))};
       }},
      {"zeros",
       [](A& a) -> Values {
         return {ops::Full(a.builder(), {DType::kF32, ShapeArgument(a, 0, "shape")}, 0)};
       }},
      {"argsort",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x");
         return {ops::Argsort(x, a.Int(1, "axis", -1))};
       }},
      {"sort",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x");
         return {ops::Sort(x, a.Int(1, "axis", -1))};
       }},
      {"one_hot",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x");
         return {ops::OneHot(x, a.Int(1, "num_classes", 1), a.Int(2, "axis", -1))};
       }},
      {"take",
       [](A& a) -> Values {
         const Value indices = a.Array(1, "indices");
         const auto [x, axis] = VectorOrAxis(a, 2);
         return {ops::Take(x, indices, axis)};
       }},
      {"take_along_axis",
       [](A& a) -> Values {
         const Value indices = a.Array(1, "indices");
         const auto [x, axis] = VectorOrAxis(a, 2);
         return {ops::TakeAlongAxis(x, indices, axis)};
       }},
      {"top_k",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x");
         const ops::TopKResult top = ops::TopK(x, a.Int(1, "k", 1));
         return {top.values, top.indices};
       }},
  };
  return table;
}

}  // namespace tricorn::conformance
