#include "core/tensor/tensor.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tricorn {
namespace {

TEST(Tensor, CastsBetweenAllNumberTypes) {
  const Tensor x = Tensor::From<float>({4}, {0.0f, 1.5f, -2.0f, 3.0f});
  EXPECT_EQ(x.Cast(DType::kI32).ToString(), "int32(4,) [0, 1, -2, 3]");
  EXPECT_EQ(x.Cast(DType::kBool).ToString(), "bool(4,) [0, 1, 1, 1]");
  EXPECT_EQ(x.Cast(DType::kBF16).ToString(), "bfloat16(4,) [0, 1.5, -2, 3]");
}

TEST(Tensor, RowsShareBytes) {
  Tensor x = Tensor::From<int32_t>({3, 2}, {0, 1, 2, 3, 4, 5});
  Tensor row = x.Rows(1, 2);
  row.data<int32_t>()[0] = 9;
  EXPECT_EQ(x.At(2), 9);
  EXPECT_EQ(x.Clone().Rows(1, 3).shape(), (Shape{2, 2}));
}

TEST(Half, RoundsToNearestEven) {
  EXPECT_EQ(BFloat16(1.00390625f).bits, 0x3f80);  // halfway, down to even
  EXPECT_EQ(BFloat16(1.01171875f).bits, 0x3f82);  // halfway, up to even
  EXPECT_TRUE(std::isnan(static_cast<float>(BFloat16(std::nanf("")))));
  EXPECT_EQ(Float16(65504.0f).bits, 0x7bff);
  EXPECT_EQ(static_cast<float>(Float16(65536.0f)), HUGE_VALF);
  EXPECT_EQ(static_cast<float>(Float16(0x1p-24f)), 0x1p-24f);
}

TEST(Shape, PrintsAsPython) {
  EXPECT_EQ((Shape{}).ToString(), "()");
  EXPECT_EQ((Shape{3}).ToString(), "(3,)");
  EXPECT_EQ((Shape{3, 4}).ToString(), "(3, 4)");
}

}  // namespace
}  // namespace tricorn
