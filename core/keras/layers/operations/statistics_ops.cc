#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/statistics/along_axis.h"
#include "core/ops/statistics/correlation.h"
#include "core/ops/statistics/histogram.h"
#include "core/ops/statistics/nan.h"
#include "core/ops/statistics/quantile.h"

namespace tricorn::keras {
namespace {

using namespace op_forms;

// -- Quantiles ----------------------------------------------------------------------------------

using QuantileFunction = Value (*)(Value, Value, const ops::Axes&, std::string_view, bool);

// percent: q counts to 100.
template <QuantileFunction f, bool percent>
Values QuantileOf(OpArguments& a) {
  Value q = a.Tensor("q");
  if (percent) q = q / 100;
  return {
      f(a.Tensor("x"), q, a.Ints("axis"), a.Text("method", "linear"), a.Flag("keepdims", false))};
}

// -- Along an axis ------------------------------------------------------------------------------

Values Average(OpArguments& a) {
  const Value x = a.Tensor("x");
  if (!a.Has("weights")) return {ops::Mean(x, a.Ints("axis"))};
  return {ops::Average(x, a.Ints("axis"), a.Tensor("weights"))};
}

Values Diff(OpArguments& a) { return {ops::Diff(a.Tensor("a"), a.Int("n", 1), a.Int("axis", -1))}; }

Values Trapezoid(OpArguments& a) {
  const Value y = a.Tensor("y");
  const int64_t axis = a.Int("axis", -1);
  if (a.Has("x")) return {ops::Trapezoid(y, a.Tensor("x"), axis)};
  const ops::Arg dx = a.Has("dx") ? a.TensorOrNumber("dx") : ops::Arg(1.0);
  if (dx.is_number()) return {ops::Trapezoid(y, dx.number(), axis)};
  return {ops::Trapezoid(y, 1.0, axis) * dx.value()};
}

Values CountNonzero(OpArguments& a) { return {ops::CountNonzero(a.Tensor("x"), a.Ints("axis"))}; }

template <Value (*f)(Value, int64_t)>
Values Cumulative(OpArguments& a) {
  const auto [x, axis] = VectorOrAxis(a);
  return {f(ops::Cast(x, a.Dtype("dtype", x.dtype())), axis)};
}

// The index in x laid flat where no axis is given.
template <Value (*f)(Value, int64_t, bool)>
Values ArgReduction(OpArguments& a) {
  const Value x = a.Tensor("x");
  const bool keepdims = a.Flag("keepdims", false);
  if (a.Has("axis")) return {f(x, a.Int("axis"), keepdims)};
  const Value y = f(ops::Reshape(x, {-1}), 0, false);
  if (!keepdims) return {y};
  return {ops::Reshape(y, Shape(std::vector<int64_t>(static_cast<size_t>(x.rank()), 1)))};
}

// -- Bins ---------------------------------------------------------------------------------------

// A length beyond minlength follows from the data.
Values Bincount(OpArguments& a) {
  const Value x = a.Tensor("x");
  if (a.Flag("sparse", false)) {
    return {a.Error(Unimplemented("bincount: expected sparse=False, received True"))};
  }
  const Value longest =
      ops::Maximum(ops::Max(ops::Cast(x, DType::kI32)) + 1, a.Int("minlength", 0));
  const int64_t length = a.LengthFrom(longest);
  return {ops::Bincount(x, a.Has("weights") ? a.Tensor("weights") : Value(), length)};
}

Values Digitize(OpArguments& a) { return {ops::Digitize(a.Tensor("x"), a.Tensor("bins"))}; }

Values Histogram(OpArguments& a) {
  const Value x = a.Tensor("x");
  ops::HistogramResult result;
  if (a.Has("bins") && !a.Literal("bins").is_int()) {
    result = ops::Histogram(x, a.Tensor("bins"));
  } else if (a.Has("range")) {
    const Json& range = a.Literal("range");
    if (!range.is_array() || range.size() != 2 || !range.AsArray()[0].is_number() ||
        !range.AsArray()[1].is_number()) {
      return {a.Error(InvalidArgument("range: expected two numbers, received {}", range.Dump()))};
    }
    result = ops::Histogram(x, a.Int("bins", 10), range.AsArray()[0].AsDouble(),
                            range.AsArray()[1].AsDouble());
  } else {
    result = ops::Histogram(x, a.Int("bins", 10));
  }
  return {result.counts, result.edges};
}

Values Searchsorted(OpArguments& a) {
  const std::string side = a.Text("side", "left");
  if (side != "left" && side != "right") {
    return {a.Error(InvalidArgument("side: expected 'left' or 'right', received '{}'", side))};
  }
  return {ops::Searchsorted(a.Tensor("sorted_sequence"), a.Tensor("values"), side == "right")};
}

// -- Between rows -------------------------------------------------------------------------------

Values Corrcoef(OpArguments& a) { return {ops::Corrcoef(a.Tensor("x"))}; }

Values Correlate(OpArguments& a) {
  return {ops::Correlate(a.Tensor("x1"), a.Tensor("x2"), a.Text("mode", "valid"))};
}

}  // namespace

std::vector<OpEntry> StatisticsOps() {
  constexpr std::string_view kReduction = "x axis keepdims";
  constexpr std::string_view kQuantile = "x q axis method keepdims";
  return {
      {"average", "Average", "numpy", "x axis weights", Average},
      {"bincount", "Bincount", "numpy", "x weights minlength sparse", Bincount},
      {"corrcoef", "Corrcoef", "numpy", "x", Corrcoef},
      {"correlate", "Correlate", "numpy", "x1 x2 mode", Correlate},
      {"count_nonzero", "CountNonzero", "numpy", "x axis", CountNonzero},
      {"cumprod", "Cumprod", "numpy", "x axis dtype", Cumulative<ops::Cumprod>},
      {"diff", "Diff", "numpy", "a n axis", Diff},
      {"digitize", "Digitize", "numpy", "x bins", Digitize},
      {"histogram", "Histogram", "numpy", "x bins range", Histogram},
      {"median", "Median", "numpy", kReduction, Reduction<ops::Median>},
      {"nanargmax", "Nanargmax", "numpy", kReduction, ArgReduction<ops::Nanargmax>},
      {"nanargmin", "Nanargmin", "numpy", kReduction, ArgReduction<ops::Nanargmin>},
      {"nancumprod", "Nancumprod", "numpy", "x axis dtype", Cumulative<ops::Nancumprod>},
      {"nancumsum", "Nancumsum", "numpy", "x axis dtype", Cumulative<ops::Nancumsum>},
      {"nanmax", "Nanmax", "numpy", kReduction, Reduction<ops::Nanmax>},
      {"nanmean", "Nanmean", "numpy", kReduction, Reduction<ops::Nanmean>},
      {"nanmedian", "Nanmedian", "numpy", kReduction, Reduction<ops::NanMedian>},
      {"nanmin", "Nanmin", "numpy", kReduction, Reduction<ops::Nanmin>},
      {"nanpercentile", "Nanpercentile", "numpy", kQuantile, QuantileOf<ops::NanQuantile, true>},
      {"nanprod", "Nanprod", "numpy", kReduction, Reduction<ops::Nanprod>},
      {"nanquantile", "Nanquantile", "numpy", kQuantile, QuantileOf<ops::NanQuantile, false>},
      {"nanstd", "Nanstd", "numpy", kReduction, Reduction<ops::Nanstd>},
      {"nansum", "Nansum", "numpy", kReduction, Reduction<ops::Nansum>},
      {"nanvar", "Nanvar", "numpy", kReduction, Reduction<ops::Nanvar>},
      {"percentile", "Percentile", "numpy", kQuantile, QuantileOf<ops::Quantile, true>},
      {"ptp", "Ptp", "numpy", kReduction, Reduction<ops::PeakToPeak>},
      {"quantile", "Quantile", "numpy", kQuantile, QuantileOf<ops::Quantile, false>},
      {"searchsorted", "SearchSorted", "numpy", "sorted_sequence values side", Searchsorted},
      {"trapezoid", "Trapezoid", "numpy", "y x dx axis", Trapezoid},
  };
}

}  // namespace tricorn::keras
