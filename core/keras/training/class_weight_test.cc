#include "core/keras/training/class_weight.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tricorn::keras {
namespace {

TEST(SampleWeightsOf, TakesTheNearestClassAsKerasDoes) {
  const auto weights =
      SampleWeightsOf(Tensor::From<float>({4, 1}, {0.9f, 1.6f, -0.4f, 2.5f}), {{1, 2}, {2, 3}});
  ASSERT_TRUE(weights.ok()) << weights.status();
  EXPECT_EQ(*weights, Tensor::From<float>({4}, {2, 3, 1, 3}));
}

TEST(SampleWeightsOf, RefusesWhatIsNoClass) {
  for (const double label : {std::nan(""), HUGE_VAL, 1e300}) {
    const absl::Status status =
        SampleWeightsOf(Tensor::From<double>({1}, {label}), {{1, 2}}).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << label << ": " << status;
  }
}

}  // namespace
}  // namespace tricorn::keras
