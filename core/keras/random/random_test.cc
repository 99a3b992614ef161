#include "core/keras/random/random.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tricorn::keras::random {
namespace {

double MeanOf(const Tensor& x) {
  double sum = 0;
  for (int64_t i = 0; i < x.num_elements(); ++i) sum += x.At(i);
  return sum / static_cast<double>(x.num_elements());
}

TEST(Seed, NumbersRepeatAndGeneratorsMoveOn) {
  EXPECT_EQ(*Uniform({8}, 0, 1, 5), *Uniform({8}, 0, 1, 5));
  EXPECT_FALSE(*Uniform({8}, 0, 1, 5) == *Uniform({8}, 0, 1, 6));
  SeedGenerator generator(5), again(5);
  const Tensor first = *Uniform({8}, 0, 1, generator);
  EXPECT_FALSE(first == *Uniform({8}, 0, 1, generator));
  EXPECT_EQ(first, *Uniform({8}, 0, 1, again));
  ASSERT_TRUE(again.set_state(generator.state()).ok());
  EXPECT_EQ(*Normal({8}, 0, 1, again), *Normal({8}, 0, 1, generator));
}

TEST(Random, EveryFunctionHasItsMean) {
  const Shape shape{20000};
  const auto scalar = [](float value) { return Tensor::Scalar(value); };
  EXPECT_NEAR(MeanOf(*Normal(shape, 2, 3, 1)), 2, 0.1);
  EXPECT_NEAR(MeanOf(*TruncatedNormal(shape, -1, 1, 1)), -1, 0.05);
  EXPECT_NEAR(MeanOf(*Uniform(shape, -1, 3, 1)), 1, 0.05);
  EXPECT_NEAR(MeanOf(*Randint(shape, 0, 10, 1)), 4.5, 0.1);
  EXPECT_NEAR(MeanOf(*Gamma(shape, scalar(3), 1)), 3, 0.1);
  EXPECT_NEAR(MeanOf(*Beta(shape, scalar(2), scalar(6), 1)), 0.25, 0.02);
  EXPECT_NEAR(MeanOf(*Binomial(shape, scalar(20), scalar(0.3f), 1)), 6, 0.1);
  EXPECT_NEAR(MeanOf(*Dropout(Tensor::From<float>({4}, {1, 1, 1, 1}), 0, 1)), 1, 1e-6);
}

TEST(Random, NamesWhatDoesNotFit) {
  EXPECT_EQ(Normal({2}, 0, 1, 1, DType::kI32).status().message(),
            "dtype: expected a floating one, received int32");
  EXPECT_EQ(Categorical(Tensor::Scalar(1.0f), 2, 1).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Randint({2}, 3, 3, 1).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tricorn::keras::random
