#include "core/ops/nn/ctc_beam.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tricorn::ops {
namespace {

constexpr int64_t kFrames = 5, kClasses = 4;
constexpr double kLogits[2][kFrames * kClasses] = {
    {3.06, -3.83, 0.63,  -0.85, -0.68, -0.32, -3.03, -0.35, -1.30, 4.98,
     0.34, -0.53, -0.42, -1.00, -1.58, -0.59, 0.72,  -0.36, 1.44,  -0.30},
    {0.04,  2.32,  0.82, -0.76, -0.27, 0.81, 2.90,  -0.40, -0.37, 1.50,
     -1.33, -0.44, 1.32, 0.87,  0.14,  1.01, -4.24, 1.53,  -1.44, -2.50}};

std::vector<double> LogSoftmaxOf(const double* logits) {
  std::vector<double> y;
  for (int64_t t = 0; t < kFrames; ++t) {
    double sum = 0;
    for (int64_t c = 0; c < kClasses; ++c) sum += std::exp(logits[t * kClasses + c]);
    for (int64_t c = 0; c < kClasses; ++c) {
      y.push_back(logits[t * kClasses + c] - std::log(sum));
    }
  }
  return y;
}

void ExpectPaths(const double* logits, int64_t frames, const CtcBeamSearchAttrs& attrs,
                 const std::vector<CtcPath>& expected) {
  const std::vector<CtcPath> paths = CtcBeam(LogSoftmaxOf(logits).data(), frames, kClasses, attrs);
  ASSERT_EQ(paths.size(), expected.size());
  for (size_t i = 0; i < paths.size(); ++i) {
    EXPECT_EQ(paths[i].classes, expected[i].classes) << i;
    EXPECT_NEAR(paths[i].score, expected[i].score, 1e-5) << i;
  }
}

// What Keras 3 gives on JAX.
TEST(CtcBeam, AgreesWithKerasForANarrowBeam) {
  const CtcBeamSearchAttrs attrs{.beam_width = 4, .top_paths = 3, .blank = 0};
  ExpectPaths(kLogits[0], 5, attrs,
              {{{1, 2}, -1.752355}, {{3, 1, 2}, -2.279054}, {{1}, -2.357415}});
  ExpectPaths(kLogits[1], 3, attrs,
              {{{1, 2, 1}, -0.805436}, {{2, 1}, -1.899697}, {{1, 2}, -2.303060}});
}

TEST(CtcBeam, AgreesWithKerasForAWideBeamAndALastBlank) {
  const CtcBeamSearchAttrs attrs{.beam_width = 100, .top_paths = 2, .blank = 3};
  ExpectPaths(kLogits[0], 5, attrs, {{{0, 1, 2}, -1.165752}, {{0, 1, 0}, -1.441967}});
  ExpectPaths(kLogits[1], 3, attrs, {{{1, 2, 1}, -0.805436}, {{2, 1}, -1.980227}});
}

TEST(CtcBeam, GivesFewerPathsWhenThereAreNoMore) {
  const std::vector<double> certain = {0, -1e3};
  EXPECT_EQ(CtcBeam(certain.data(), 1, 2, {.beam_width = 9, .top_paths = 9}).size(), 2u);
}

}  // namespace
}  // namespace tricorn::ops
