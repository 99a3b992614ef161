#include "core/ops/elementwise/scalar.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>

namespace tricorn::ops::scalar {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

// |got - want| in units of the last place of want.
double Ulps(float got, double want) {
  const float rounded = static_cast<float>(want);
  if (std::isnan(want)) return std::isnan(got) ? 0 : 1e9;
  if (std::isinf(rounded)) return got == rounded ? 0 : 1e9;
  const int exponent = std::max(std::ilogb(want == 0 ? 1e-45 : want), -126);
  return std::abs(got - want) / std::ldexp(1.0, exponent - 23);
}

// The greatest error over every 1009th float32, NaN and infinities among them.
double WorstUlps(float (*f)(float), double (*exact)(double)) {
  double worst = 0;
  float at = 0;
  for (uint64_t bits = 0; bits < uint64_t{1} << 32; bits += 1009) {
    const float x = std::bit_cast<float>(static_cast<uint32_t>(bits));
    const double error = Ulps(f(x), exact(x));
    if (error > worst) {
      worst = error;
      at = x;
    }
  }
  for (const float x : {0.0f, -0.0f, 1.0f, -1.0f, kInf, -kInf}) {
    worst = std::max(worst, Ulps(f(x), exact(x)));
  }
  EXPECT_LT(worst, 2) << "at " << at << ": " << f(at) << ", exactly " << exact(at);
  return worst;
}

TEST(Scalar, Float32IsWithinTwoUlps) {
  WorstUlps([](float x) { return exp(x); }, [](double x) { return std::exp(x); });
  WorstUlps([](float x) { return expm1(x); }, [](double x) { return std::expm1(x); });
  WorstUlps([](float x) { return log(x); }, [](double x) { return std::log(x); });
  WorstUlps([](float x) { return log1p(x); }, [](double x) { return std::log1p(x); });
  WorstUlps([](float x) { return erf(x); }, [](double x) { return std::erf(x); });
}

TEST(Scalar, TanhAndSigmoidAreWithinThreeUlps) {
  const auto worst = [](float (*f)(float), double (*exact)(double)) {
    double error = 0;
    for (float x = -120; x < 120; x += 0.0007f) error = std::max(error, Ulps(f(x), exact(x)));
    return error;
  };
  EXPECT_LT(worst([](float x) { return tanh(x); }, [](double x) { return std::tanh(x); }), 3);
  EXPECT_LT(
      worst([](float x) { return sigmoid(x); }, [](double x) { return 1 / (1 + std::exp(-x)); }),
      3);
  EXPECT_EQ(tanh(kInf), 1);
  EXPECT_EQ(tanh(-kInf), -1);
  EXPECT_EQ(sigmoid(kInf), 1);
  EXPECT_EQ(sigmoid(-kInf), 0);
  EXPECT_TRUE(std::isnan(tanh(std::nanf(""))));
  EXPECT_TRUE(std::isnan(sigmoid(std::nanf(""))));
}

TEST(Scalar, NanWinsExtrema) {
  const float nan = std::nanf("");
  EXPECT_TRUE(std::isnan(maximum(nan, 1.0f)) && std::isnan(maximum(1.0f, nan)));
  EXPECT_TRUE(std::isnan(minimum(nan, 1.0f)) && std::isnan(minimum(1.0f, nan)));
}

TEST(Scalar, IntegersNeverTrap) {
  const int32_t least = std::numeric_limits<int32_t>::min();
  EXPECT_EQ(floor_divide(7, 0), 0);
  EXPECT_EQ(mod(7, 0), 0);
  EXPECT_EQ(floor_divide(least, -1), least);
  EXPECT_EQ(mod(least, -1), 0);
  EXPECT_EQ(absolute(least), least);
  EXPECT_EQ(multiply<uint16_t>(65535, 65535), 1);
  EXPECT_EQ(left_shift(1, 32), 0);
  EXPECT_EQ(right_shift(-8, 40), -1);
  EXPECT_EQ(power(2, 31), least);
  EXPECT_EQ(power(2, -1), 0);
}

TEST(Scalar, QuotientsRoundDown) {
  EXPECT_EQ(floor_divide(-7, 2), -4);
  EXPECT_EQ(mod(-7, 2), 1);
  EXPECT_EQ(mod(7, -2), -1);
  EXPECT_EQ(mod<uint8_t>(255, 255), 0);
  EXPECT_EQ(floor_divide(1.0, 0.1), 9);
  EXPECT_EQ(floor_divide(-1.0f, 3.0f), -1);
  EXPECT_EQ(floor_divide(1.0f, -HUGE_VALF), -1);
  EXPECT_EQ(floor_divide(-2.0, HUGE_VAL), -1);
  EXPECT_EQ(floor_divide(2.0, HUGE_VAL), 0);
  EXPECT_EQ(mod(-1.0f, 3.0f), 2);
}

}  // namespace
}  // namespace tricorn::ops::scalar
