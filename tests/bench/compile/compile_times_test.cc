#include "tests/bench/compile/compile_times.h"

#include <gtest/gtest.h>

namespace tricorn::bench {
namespace {

class CompileTime : public testing::TestWithParam<GrowingGraph> {};

// Quadratic work shows 2; n log n between these sizes 1.12. Processor time of a busy machine
// varies, but not by the factor of 3.2 that would lift 1.12 to the bound.
TEST_P(CompileTime, GrowsAboutAsNLogN) {
  std::vector<CompileTimes> times;
  for (const int64_t nodes : {2000, 20000}) {
    const auto measured = MeasureCompile(GetParam(), nodes);
    ASSERT_TRUE(measured.ok()) << measured.status();
    ASSERT_NEAR(static_cast<double>(measured->nodes), static_cast<double>(nodes), 0.2 * nodes);
    times.push_back(*measured);
  }
  EXPECT_LT(GrowthExponent(times), 1.62)
      << times[0].total_s() << " s, then " << times[1].total_s() << " s";
}

INSTANTIATE_TEST_SUITE_P(Growing, CompileTime, testing::ValuesIn(GrowingGraphs()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(GrowthExponent, IsThatOfThePower) {
  const CompileTimes times[] = {{.nodes = 10, .trace_s = 0.5 * 1000},
                                {.nodes = 100, .trace_s = 0.5 * 1000000},
                                {.nodes = 1000, .trace_s = 0.5 * 1000000000}};
  EXPECT_NEAR(GrowthExponent(times), 3, 1e-9);
}

}  // namespace
}  // namespace tricorn::bench
