#include "core/ops/random/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "core/backend/reference/reference.h"

namespace tricorn::ops {
namespace {

constexpr int64_t kCount = 20000;

struct Moments {
  double mean = 0;
  double variance = 0;
};

Tensor Draw(const std::function<Value(Value key)>& draw) {
  Builder builder;
  const Value key = builder.Constant(Tensor::From<uint32_t>({2}, {11, 29}));
  const absl::StatusOr<ir::Graph> graph = builder.Finish({{"y", draw(key)}});
  EXPECT_TRUE(graph.ok()) << graph.status();
  return graph.ok() ? (*backend::MakeReferenceDevice()->Evaluate(*graph, {}))[0] : Tensor();
}

Moments MomentsOf(const Tensor& x) {
  Moments moments;
  const auto n = static_cast<double>(x.num_elements());
  for (int64_t i = 0; i < x.num_elements(); ++i) moments.mean += x.At(i) / n;
  for (int64_t i = 0; i < x.num_elements(); ++i) {
    moments.variance += (x.At(i) - moments.mean) * (x.At(i) - moments.mean) / n;
  }
  return moments;
}

// Within five standard errors of the mean; the variance within a tenth.
void ExpectMoments(const Tensor& x, double mean, double variance) {
  const Moments moments = MomentsOf(x);
  EXPECT_NEAR(moments.mean, mean, 5 * std::sqrt(variance / static_cast<double>(x.num_elements())));
  EXPECT_NEAR(moments.variance, variance, 0.1 * variance);
}

TEST(RandomGamma, HasTheMomentsOfItsShape) {
  for (const double alpha : {0.3, 1.0, 2.5, 40.0}) {
    SCOPED_TRACE(alpha);
    const Tensor x = Draw([&](Value key) {
      return RandomGamma(key, {DType::kF32, {kCount}}, alpha);
    });
    ExpectMoments(x, alpha, alpha);
    for (int64_t i = 0; i < kCount; ++i) ASSERT_GE(x.At(i), 0);
  }
}

TEST(RandomBeta, HasTheMomentsOfItsParameters) {
  for (const auto& [a, b] : {std::pair{0.5, 0.5}, {2.0, 5.0}, {9.0, 1.0}}) {
    const Tensor x = Draw([a = a, b = b](Value key) {
      return RandomBeta(key, {DType::kF32, {kCount}}, a, b);
    });
    ExpectMoments(x, a / (a + b), a * b / ((a + b) * (a + b) * (a + b + 1)));
  }
}

TEST(RandomBinomial, HasTheMomentsOfItsTrials) {
  for (const auto& [n, p] : {std::pair{1.0, 0.3},
                             {12.0, 0.5},
                             {1000.0, 0.004},
                             {50.0, 0.4},
                             {1000.0, 0.97},
                             {100000.0, 0.3}}) {
    SCOPED_TRACE(testing::Message() << n << " trials of " << p);
    const Tensor x = Draw([n = n, p = p](Value key) {
      return RandomBinomial(key, {DType::kF32, {kCount}}, n, p);
    });
    ExpectMoments(x, n * p, n * p * (1 - p));
    for (int64_t i = 0; i < kCount; ++i) {
      ASSERT_TRUE(x.At(i) >= 0 && x.At(i) <= n && x.At(i) == std::floor(x.At(i))) << x.At(i);
    }
  }
}

TEST(RandomBinomial, NeverAndAlways) {
  for (const double p : {0.0, 1.0}) {
    const Tensor x = Draw([&](Value key) {
      return RandomBinomial(key, {DType::kF32, {100}}, 7, p);
    });
    for (int64_t i = 0; i < 100; ++i) ASSERT_EQ(x.At(i), 7 * p);
  }
}

TEST(RandomInteger, IsUniformAndKeepsItsBounds) {
  const Tensor x = Draw([](Value key) {
    return RandomInteger(key, {DType::kI32, {kCount}}, -3, 4);
  });
  std::vector<int> counts(7);
  for (const int32_t value : x.values<int32_t>()) {
    ASSERT_TRUE(value >= -3 && value < 4);
    ++counts[static_cast<size_t>(value + 3)];
  }
  for (const int count : counts) EXPECT_NEAR(count, kCount / 7.0, 5 * std::sqrt(kCount / 7.0));
}

TEST(RandomCategorical, GoesByTheLogits) {
  const Tensor x = Draw([](Value key) {
    const Value logits = key.builder().Constant(Tensor::From<float>(
        {2, 3}, {std::log(1.f), std::log(2.f), std::log(5.f), 0, -1e9f, -1e9f}));
    return RandomCategorical(key, logits, kCount);
  });
  ASSERT_EQ(x.shape(), Shape({2, kCount}));
  std::vector<double> counts(3);
  for (int64_t i = 0; i < kCount; ++i) {
    ++counts[static_cast<size_t>(x.At(i))];
    ASSERT_EQ(x.At(kCount + i), 0);
  }
  for (const auto& [which, share] : {std::pair{0, 0.125}, {1, 0.25}, {2, 0.625}}) {
    EXPECT_NEAR(counts[static_cast<size_t>(which)] / kCount, share, 0.02);
  }
}

TEST(RandomShuffle, KeepsTheRows) {
  Tensor x(DType::kF32, {500, 2});
  for (int64_t i = 0; i < 1000; ++i) x.data<float>()[i] = static_cast<float>(i);
  const Tensor y =
      Draw([&](Value key) { return RandomShuffle(key, key.builder().Constant(x), 0); });
  std::vector<bool> seen(500);
  int moved = 0;
  for (int64_t i = 0; i < 500; ++i) {
    const auto row = static_cast<size_t>(y.At(2 * i)) / 2;
    EXPECT_EQ(y.At(2 * i + 1), y.At(2 * i) + 1);
    EXPECT_FALSE(seen[row]);
    seen[row] = true;
    moved += row != static_cast<size_t>(i);
  }
  EXPECT_GT(moved, 450);
}

}  // namespace
}  // namespace tricorn::ops
