#include <algorithm>
#include <map>

#include "core/keras/layers/operations/get_item.h"
#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"
#include "core/ops/creation/creation.h"
#include "core/ops/gather/gather.h"
#include "core/ops/gather/scatter.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/sets/sets.h"
#include "core/ops/shape/turning.h"
#include "core/ops/statistics/along_axis.h"

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

// Of x laid flat where the axis is None, or x a scalar.
template <Value (*f)(Value, int64_t)>
Values SortedAlong(OpArguments& a) {
  const Value x = a.Tensor("x");
  const bool flat = x.rank() == 0 || (a.IsGiven("axis") && !a.Has("axis"));
  return {flat ? f(ops::Reshape(x, {-1}), 0) : f(x, a.Int("axis", -1))};
}

Value Argsort(Value x, int64_t axis) { return ops::Argsort(x, axis); }

// Sorted as a whole, which parts it at any kth.
Values Argpartition(OpArguments& a) {
  const Values order = SortedAlong<Argsort>(a);
  const int64_t kth = a.Int("kth");
  const int64_t axis = a.Has("axis") ? a.Int("axis") : order[0].rank() - 1;
  const int64_t length = order[0].rank() == 0 ? 1 : order[0].dim(static_cast<int>(axis));
  if (kth >= -length && kth < length) return order;
  return {a.Error(InvalidArgument("argpartition: expected kth within [-{}, {}), received {}",
                                  length, length, kth))};
}

Value Sort(Value x, int64_t axis) { return ops::Sort(x, axis); }

Values TopK(OpArguments& a) {
  a.Flag("sorted", true);  // any order would do: ours is sorted
  const ops::TopKResult top = ops::TopK(a.Tensor("x"), a.Int("k"));
  return {top.values, top.indices};
}

Values Nonzero(OpArguments& a) {
  const Value x = a.Tensor("x");
  return ops::Nonzero(x, a.LengthFrom(ops::CountNonzero(x, {})));
}

Values Where(OpArguments& a) {
  if (!a.Has("x1") && !a.Has("x2")) {
    const Value x = a.Tensor("condition");
    return ops::Nonzero(x, a.LengthFrom(ops::CountNonzero(x, {})));
  }
  return {ops::Where(a.Tensor("condition"), a.TensorOrNumber("x1"), a.TensorOrNumber("x2"))};
}

Values Unique(OpArguments& a) {
  const Value x = a.Tensor("x");
  const std::optional<int64_t> axis =
      a.Has("axis") ? std::optional<int64_t>(a.Int("axis")) : std::nullopt;
  const std::optional<double> fill =
      a.Has("fill_value") ? std::optional<double>(a.Number("fill_value")) : std::nullopt;
  a.Flag("sorted", true);  // any order would do: ours is sorted
  const int64_t size = a.Has("size") ? a.Int("size") : a.LengthFrom(ops::NumUnique(x, axis));
  const ops::UniqueResult unique = ops::Unique(x, axis, size, fill);
  Values results = {unique.values};
  if (a.Flag("return_index", false)) results.push_back(unique.indices);
  if (a.Flag("return_inverse", false)) results.push_back(unique.inverse);
  if (a.Flag("return_counts", false)) results.push_back(unique.counts);
  return results;
}

Values Isin(OpArguments& a) {
  a.Flag("assume_unique", false);  // a hint
  return {ops::Isin(a.Tensor("x1"), a.Tensor("x2"), a.Flag("invert", false))};
}

Values UnravelIndex(OpArguments& a) {
  return ops::UnravelIndex(a.Tensor("indices"), a.ShapeOf("shape"));
}

// -- Diagonals ----------------------------------------------------------------------------------

Values Diagonal(OpArguments& a) {
  return {ops::Diagonal(a.Tensor("x"), a.Int("offset", 0), a.Int("axis1", 0), a.Int("axis2", 1))};
}
Values Trace(OpArguments& a) { return {ops::Sum(Diagonal(a)[0], {-1})}; }

// -- Blocks and places --------------------------------------------------------------------------

Values Scatter(OpArguments& a) {
  return {ops::Scatter(a.Tensor("indices"), a.Tensor("values"), a.ShapeOf("shape"))};
}

Values ScatterUpdate(OpArguments& a) {
  static const std::map<std::string, ops::ScatterReduction> reductions = {
      {"", ops::ScatterReduction::kSet},
      {"add", ops::ScatterReduction::kAdd},
      {"max", ops::ScatterReduction::kMax},
      {"min", ops::ScatterReduction::kMin},
      {"mul", ops::ScatterReduction::kMultiply}};
  const std::string name = a.Text("reduction", "");
  const auto reduction = reductions.find(name);
  if (reduction == reductions.end()) {
    return {
        a.Error(InvalidArgument("reduction: expected add, max, min or mul, received '{}'", name))};
  }
  return {ops::ScatterUpdate(a.Tensor("inputs"), a.Tensor("indices"), a.Tensor("updates"),
                             reduction->second)};
}

// A length of -1 reaches to the end, which asks for a start that is known.
Values Slice(OpArguments& a) {
  const Value x = a.Tensor("inputs");
  Shape sizes = a.ShapeOf("shape");
  if (a.Literal("start_indices").is_null()) {
    return {ops::DynamicSlice(x, a.Tensor("start_indices"), sizes)};
  }
  ops::Axes start = a.Ints("start_indices"), limit;
  if (static_cast<int>(start.size()) != x.rank() || sizes.rank() != x.rank()) {
    return {
        a.Error(InvalidArgument("slice: expected a start and a length an axis of {}, received "
                                "{} and {}",
                                x.type().ToString(), start.size(), sizes.rank()))};
  }
  for (int i = 0; i < x.rank(); ++i) {
    int64_t& at = start[static_cast<size_t>(i)];
    if (at < 0) at += x.dim(i);
    if (sizes[i] == -1) sizes[i] = x.dim(i) - at;
    at = std::clamp<int64_t>(at, 0, std::max<int64_t>(x.dim(i) - sizes[i], 0));
    limit.push_back(at + sizes[i]);
  }
  return {x.rank() == 0 ? x : ops::Slice(x, start, limit)};
}

Values SliceUpdate(OpArguments& a) {
  return {
      ops::DynamicUpdateSlice(a.Tensor("inputs"), a.Tensor("start_indices"), a.Tensor("updates"))};
}

// -- What a tensor is ---------------------------------------------------------------------------

Value Int32(OpArguments& a, int64_t value) {
  return ops::Scalar(a.builder(), static_cast<double>(value), DType::kI32);
}
Values Ndim(OpArguments& a) { return {Int32(a, a.Tensor("x").rank())}; }
Values Size(OpArguments& a) { return {Int32(a, a.Tensor("x").type().num_elements())}; }
// One scalar an axis, as Keras's tuple.
Values ShapeOfTensor(OpArguments& a) {
  Values lengths;
  const ir::Value x = a.Tensor("x");
  for (const int64_t length : x.shape()) lengths.push_back(Int32(a, length));
  return lengths;
}

}  // namespace

std::vector<OpEntry> IndexOps() {
  return {
      {"argpartition", "Argpartition", "numpy", "x kth axis", Argpartition},
      {"argsort", "Argsort", "numpy", "x axis", SortedAlong<Argsort>},
      {"diagonal", "Diagonal", "numpy", "x offset axis1 axis2", Diagonal},
      {"get_item", "GetItem", "numpy", "x key", GetItemOp},
      {"isin", "IsIn", "numpy", "x1 x2 assume_unique invert", Isin},
      {"ndim", "Ndim", "numpy", "x", Ndim},
      {"nonzero", "Nonzero", "numpy", "x", Nonzero},
      {"scatter", "Scatter", "core", "indices values shape", Scatter},
      {"scatter_update", "ScatterUpdate", "core", "inputs indices updates reduction",
       ScatterUpdate},
      {"shape", "", "core", "x", ShapeOfTensor},
      {"size", "Size", "numpy", "x", Size},
      {"slice", "Slice", "core", "inputs start_indices shape", Slice},
      {"slice_update", "SliceUpdate", "core", "inputs start_indices updates", SliceUpdate},
      {"sort", "Sort", "numpy", "x axis", SortedAlong<Sort>},
      {"take", "Take", "numpy", "x indices axis", Take},
      {"take_along_axis", "TakeAlongAxis", "numpy", "x indices axis", TakeAlongAxis},
      {"top_k", "TopK", "math", "x k sorted", TopK},
      {"trace", "Trace", "numpy", "x offset axis1 axis2", Trace},
      {"unique", "Unique", "numpy",
       "x sorted return_index return_inverse return_counts axis size fill_value", Unique},
      {"unravel_index", "UnravelIndex", "numpy", "indices shape", UnravelIndex},
      {"where", "Where", "numpy", "condition x1 x2", Where},
  };
}

}  // namespace tricorn::keras
