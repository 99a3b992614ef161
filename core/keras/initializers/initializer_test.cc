#include "core/keras/initializers/initializer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "core/keras/initializers/fill.h"
#include "core/keras/initializers/orthogonal.h"
#include "core/keras/initializers/random_initializers.h"
#include "core/keras/initializers/variance_scaling.h"

namespace tricorn::keras {
namespace {

TEST(Initializer, EveryBuiltinRoundTripsAndIsDeterministic) {
  const Registries none;
  for (const auto& [name, factory] : Initializer::Builtins().factories()) {
    const auto made = factory(Json::MakeObject({}), Deserializer(none));
    ASSERT_TRUE(made.ok()) << name << made.status();
    const Json config = (*made)->GetConfig();
    const auto again = factory(config, Deserializer(none));
    ASSERT_TRUE(again.ok()) << name << again.status();
    EXPECT_EQ((*again)->GetConfig(), config) << name;
    // The kernel of a transform says frame length, 1, frequencies.
    const bool is_transform = absl::AsciiStrToLower(name).find("stft") != std::string::npos;
    const Shape shape = is_transform ? Shape{6, 1, 4} : Shape{6, 4};
    const auto a = (*made)->Make(shape, DType::kF32, 3);
    ASSERT_TRUE(a.ok()) << name << ": " << a.status();
    EXPECT_TRUE(BitwiseEqual(*a, *(*again)->Make(shape, DType::kF32, 3))) << name;
  }
}

TEST(Initializer, StreamsDifferAndASeedFixesThem) {
  const RandomUniform free;
  EXPECT_FALSE(BitwiseEqual(*free.Make({8}, DType::kF32, 1), *free.Make({8}, DType::kF32, 2)));
  const RandomUniform seeded({.seed = 5});
  EXPECT_TRUE(BitwiseEqual(*seeded.Make({8}, DType::kF32, 1), *seeded.Make({8}, DType::kF32, 2)));
}

TEST(VarianceScaling, CountsTheReceptiveField) {
  const auto fans = ComputeFans({3, 3, 16, 32}, std::nullopt, std::nullopt);
  EXPECT_EQ(fans->first, 144);
  EXPECT_EQ(fans->second, 288);
}

TEST(VarianceScaling, CountsFansOverGivenAxes) {
  const HeUniform plain;
  const auto along = plain.WithFanAxes({0}, {1, 2});
  ASSERT_NE(along, nullptr);
  EXPECT_EQ(along->WithFanAxes({1}, {0}), nullptr);
  EXPECT_EQ(RandomNormal().WithFanAxes({0}, {1}), nullptr);
  // The bound is sqrt(3 * 2 / fan_in), fan_in 50 instead of 50 * 4.
  const Tensor draws = *along->Make({50, 4, 25}, DType::kF64, 0);
  double greatest = 0;
  for (int64_t i = 0; i < draws.num_elements(); ++i) {
    greatest = std::max(greatest, std::abs(draws.At(i)));
  }
  EXPECT_NEAR(greatest, std::sqrt(6.0 / 50), 1e-3);
}

TEST(Orthogonal, GivesOrthonormalColumns) {
  const Tensor q = *Orthogonal({.gain = 2.0}).Make({3, 2, 4}, DType::kF64, 0);
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 4; ++j) {
      double dot = 0;
      for (int row = 0; row < 6; ++row) dot += q.At(row * 4 + i) * q.At(row * 4 + j);
      EXPECT_NEAR(dot, i == j ? 4.0 : 0.0, 1e-12);
    }
  }
}

TEST(Initializer, RefusesHostileShapes) {
  const RandomUniform uniform;
  EXPECT_EQ(uniform.Make({int64_t{1} << 62, 8}, DType::kF32, 0).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(uniform.Make({int64_t{1} << 40}, DType::kF32, 0).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(InitializerRef, KeepsTheErrorOfAnUnknownName) {
  const InitializerRef wrong = "glorot_unifrom";
  EXPECT_EQ(std::string(wrong.status().message()),
            "initializer: expected a name that Keras has, received 'glorot_unifrom'");
}

}  // namespace
}  // namespace tricorn::keras
