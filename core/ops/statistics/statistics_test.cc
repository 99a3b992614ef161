#include <cmath>
#include <limits>

#include "core/backend/reference/reference.h"
#include "core/ops/statistics/along_axis.h"
#include "core/ops/statistics/correlation.h"
#include "core/ops/statistics/histogram.h"
#include "core/ops/statistics/nan.h"
#include "core/ops/statistics/quantile.h"
#include "core/ops/suite/test_evaluate.h"

namespace tricorn::ops {
namespace {

using List = std::vector<double>;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

template <typename Build>
std::vector<double> Of(const std::vector<Tensor>& x, Build build) {
  const auto device = backend::MakeReferenceDevice();
  const auto y =
      EvaluateOn(*device, x, [&](Builder& b, const Values& v) { return Values{build(b, v)}; });
  return y.empty() ? List() : Numbers(y[0]);
}

std::vector<double> QuantileOf(std::string_view method) {
  return Of({Vector({4, 1, 3, 2}), Vector({0, 0.4, 1})},
            [&](Builder&, const Values& x) { return Quantile(x[0], x[1], {}, method); });
}

TEST(Quantile, MethodsDecideBetweenNeighbours) {
  EXPECT_EQ(QuantileOf("lower"), List({1, 2, 4}));
  EXPECT_EQ(QuantileOf("higher"), List({1, 3, 4}));
  EXPECT_EQ(QuantileOf("midpoint"), List({1, 2.5, 4}));
  EXPECT_EQ(QuantileOf("nearest"), List({1, 2, 4}));
  EXPECT_NEAR(QuantileOf("linear")[1], 2.2, 1e-12);
}

TEST(Quantile, NanSpreadsUnlessLeftOut) {
  const std::vector<Tensor> x = {Matrix(2, {1, kNan, 3, 5, 6, 7})};
  const auto medians = Of(x, [](Builder&, const Values& v) { return Median(v[0], {1}); });
  EXPECT_TRUE(std::isnan(medians[0]));
  EXPECT_EQ(medians[1], 6);
  EXPECT_EQ(Of(x, [](Builder&, const Values& v) { return NanMedian(v[0], {1}); }), List({2, 6}));
}

TEST(Nan, ReductionsLeaveNanOut) {
  const std::vector<Tensor> x = {Vector({2, kNan, 4})};
  EXPECT_EQ(Of(x, [](Builder&, const Values& v) { return Nanmean(v[0]); }), List({3}));
  EXPECT_EQ(Of(x, [](Builder&, const Values& v) { return Nanvar(v[0]); }), List({1}));
  EXPECT_EQ(Of(x, [](Builder&, const Values& v) { return Nanargmax(v[0], 0); }), List({2}));
  EXPECT_EQ(Of(x, [](Builder&, const Values& v) { return Nancumsum(v[0], 0); }), List({2, 2, 6}));
  const std::vector<Tensor> none = {Vector({kNan, kNan})};
  EXPECT_EQ(Of(none, [](Builder&, const Values& v) { return Nanargmin(v[0], 0); }), List({-1}));
  EXPECT_TRUE(std::isnan(Of(none, [](Builder&, const Values& v) { return Nanmax(v[0]); })[0]));
}

TEST(Cumprod, MultipliesAllBefore) {
  EXPECT_EQ(
      Of({Vector({1, 2, 3, 4, 5})}, [](Builder&, const Values& v) { return Cumprod(v[0], 0); }),
      List({1, 2, 6, 24, 120}));
}

TEST(Searchsorted, SidesDifferAtEqualElements) {
  const std::vector<Tensor> x = {Vector({1, 2, 2, 3}), Vector({2, 0, 9, kNan})};
  EXPECT_EQ(Of(x, [](Builder&, const Values& v) { return Searchsorted(v[0], v[1]); }),
            List({1, 0, 4, 4}));
  EXPECT_EQ(Of(x, [](Builder&, const Values& v) { return Searchsorted(v[0], v[1], true); }),
            List({3, 0, 4, 4}));
}

TEST(Digitize, TakesBinsThatFall) {
  EXPECT_EQ(Of({Vector({0.5, 2, 9}), Vector({3, 2, 1})},
               [](Builder&, const Values& v) { return Digitize(v[0], v[1]); }),
            List({3, 1, 0}));
}

TEST(Histogram, LastBinHoldsItsUpperEdge) {
  EXPECT_EQ(Of({Vector({0, 1, 2, 3, 4, 5})},
               [](Builder&, const Values& v) { return Histogram(v[0], 2, 0, 4).counts; }),
            List({2, 3}));
}

TEST(Bincount, CountsRowsApartAndLeavesOutWhatIsOutside) {
  const Tensor x = Tensor::From<int32_t>({2, 3}, {0, 2, 2, 1, -1, 7});
  EXPECT_EQ(Of({x}, [](Builder&, const Values& v) { return Bincount(v[0], {}, 3); }),
            List({1, 0, 2, 0, 1, 0}));
}

TEST(Correlate, ModesAsNumpyHasThem) {
  const std::vector<Tensor> x = {Vector({1, 2, 3}), Vector({0, 1})};
  const auto of = [&](std::string_view mode) {
    return Of(x, [&](Builder&, const Values& v) { return Correlate(v[0], v[1], mode); });
  };
  EXPECT_EQ(of("valid"), List({2, 3}));
  EXPECT_EQ(of("same"), List({1, 2, 3}));
  EXPECT_EQ(of("full"), List({1, 2, 3, 0}));
}

}  // namespace
}  // namespace tricorn::ops
