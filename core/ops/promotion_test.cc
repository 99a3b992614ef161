#include "core/ops/promotion.h"

#include <gtest/gtest.h>

#include "core/ops/conv/conv.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/nn/nn.h"
#include "core/ops/pool/pool.h"
#include "core/ops/random/random.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

TEST(Promotion, FollowsKeras) {
  EXPECT_EQ(Promote(DType::kBool, DType::kU8), DType::kU8);
  EXPECT_EQ(Promote(DType::kU8, DType::kI8), DType::kI16);
  EXPECT_EQ(Promote(DType::kU16, DType::kI8), DType::kI32);
  EXPECT_EQ(Promote(DType::kU8, DType::kI32), DType::kI32);
  EXPECT_EQ(Promote(DType::kI32, DType::kU32), DType::kI64);
  EXPECT_EQ(Promote(DType::kU64, DType::kI8), DType::kF32);
  EXPECT_EQ(Promote(DType::kI64, DType::kF16), DType::kF16);
  EXPECT_EQ(Promote(DType::kF16, DType::kBF16), DType::kF32);
  EXPECT_EQ(Promote(DType::kBF16, DType::kF32), DType::kF32);
  EXPECT_EQ(Promote(DType::kF64, DType::kF32), DType::kF64);
}

class Functions : public testing::Test {
 protected:
  Value Input(DType dtype, Shape shape) {
    return builder_.Input(fmt::format("x{}", count_++), {dtype, std::move(shape)});
  }
  std::string Error() const { return std::string(builder_.status().message()); }

  Builder builder_;
  int count_ = 0;
};

TEST_F(Functions, NumbersAreWeak) {
  EXPECT_EQ((Input(DType::kF16, {2}) * 2.0).dtype(), DType::kF16);
  EXPECT_EQ((Input(DType::kI32, {2}) * 2).dtype(), DType::kI32);
  EXPECT_EQ((Input(DType::kI32, {2}) * 2.5).dtype(), DType::kF32);
  EXPECT_EQ((Input(DType::kBool, {2}) + 1).dtype(), DType::kI32);
  EXPECT_EQ((1 - Input(DType::kF64, {2})).dtype(), DType::kF64);
  EXPECT_EQ((Input(DType::kI32, {2}) / 2).dtype(), DType::kF32);
  EXPECT_EQ(Exp(Input(DType::kI64, {2})).dtype(), DType::kF32);
  EXPECT_EQ(Sum(Input(DType::kU8, {2})).dtype(), DType::kU32);
  EXPECT_TRUE(builder_.ok()) << builder_.status();
}

TEST_F(Functions, BroadcastAsNumpy) {
  const Value x = Input(DType::kF32, {3, 1}), y = Input(DType::kF32, {2, 1, 4});
  EXPECT_EQ((x + y).shape(), (Shape{2, 3, 4}));
  EXPECT_EQ(Where(Input(DType::kBool, {4}), x, 0).shape(), (Shape{3, 4}));
  EXPECT_TRUE(builder_.ok()) << builder_.status();
}

TEST_F(Functions, MisfitsNameTheLayerAndTheShapes) {
  const Builder::Scope scope(builder_, "add_1");
  Add(Input(DType::kF32, {3}), Input(DType::kF32, {2, 4}));
  EXPECT_EQ(Error(), "add_1: expected shapes that broadcast, received (3,) and (2, 4)");
}

TEST_F(Functions, AxesNameTheirRange) {
  Softmax(Input(DType::kF32, {3, 2}), 2);
  EXPECT_EQ(Error(), "expected an axis within [-2, 2) of float32(3, 2), received 2");
}

TEST_F(Functions, ShapesThatNumpyGives) {
  const Value x = Input(DType::kF32, {2, 3, 4});
  EXPECT_EQ(Matmul(x, Input(DType::kF32, {4})).shape(), (Shape{2, 3}));
  EXPECT_EQ(Matmul(x, Input(DType::kF32, {4, 5})).shape(), (Shape{2, 3, 5}));
  EXPECT_EQ(Matmul(x, Input(DType::kF32, {7, 1, 4, 5})).shape(), (Shape{7, 2, 3, 5}));
  EXPECT_EQ(Matmul(Input(DType::kF32, {3}), x).shape(), (Shape{2, 4}));
  EXPECT_EQ(Mean(x, {-1}, true).shape(), (Shape{2, 3, 1}));
  EXPECT_EQ(Reshape(x, {-1, 6}).shape(), (Shape{4, 6}));
  EXPECT_EQ(Squeeze(ExpandDims(x, {0, -1})).shape(), x.shape());
  EXPECT_EQ(Stack({{x, x}}, -1).shape(), (Shape{2, 3, 4, 2}));
  EXPECT_EQ(Tile(x, {2, 1, 1, 3}).shape(), (Shape{2, 2, 3, 12}));
  EXPECT_EQ(Repeat(x, 2, 1).shape(), (Shape{2, 6, 4}));
  EXPECT_EQ(MoveAxis(x, 0, -1).shape(), (Shape{3, 4, 2}));
  EXPECT_EQ(OneHot(Input(DType::kU8, {2, 3}), 300, 1).shape(), (Shape{2, 300, 3}));
  EXPECT_EQ(Take(x, Input(DType::kI32, {5, 6}), 1).shape(), (Shape{2, 5, 6, 4}));
  EXPECT_EQ(TakeAlongAxis(x, Input(DType::kI32, {1, 1, 2}), -1).shape(), (Shape{2, 3, 2}));
  EXPECT_EQ(TopK(x, 2).indices.type(), (Type{DType::kI32, {2, 3, 2}}));
  EXPECT_TRUE(builder_.ok()) << builder_.status();
}

TEST_F(Functions, SamePaddingPutsTheOddOneBehind) {
  const AxisPadding padding = ResolvePadding(Padding::kSame, 7, 4, 2);
  EXPECT_EQ(padding.low, 1);
  EXPECT_EQ(padding.high, 2);
  EXPECT_EQ(WindowedLength(7, 4, 2, padding.low, padding.high), 4);
  EXPECT_EQ(ResolvePadding(Padding::kValid, 7, 4, 2).high, 0);
}

TEST_F(Functions, AreSafeAfterAnError) {
  const Value key = Input(DType::kU32, {2});
  const Value bad = Softmax(Input(DType::kF32, {3}), 5);
  ASSERT_FALSE(builder_.ok());
  const std::string first = Error();
  for (const Value& x : {bad, Input(DType::kF32, {2, 4, 4, 2})}) {
    Glu(x);
    Sparsemax(x);
    Selu(x);
    Variance(x, {0, 1});
    LogSumExp(x, {-1});
    Split(x, 4, 1);
    SplitAt(x, {1, 2}, 1);
    Stack({{x, x}}, 3);
    Tile(x, {1, 2});
    Pad(x, {1, 1}, {1, 1});
    Matmul(x, bad);
    Tensordot(x, bad, {1}, {0});
    Conv(x, bad, {{1, 1}, {0, 0}, {0, 0}, {1, 1}, 1});
    MaxPool(x, {{2, 2}, {2, 2}, {0, 0}, {0, 0}});
    Take(x, bad, 0);
    TakeAlongAxis(x, bad, 1);
    OneHot(bad, 10);
    TopK(x, 3);
    SplitKey(bad, 3);
    Dropout(x, key, 0.5);
    BatchNormTraining(x, bad, Value(), -1, 1e-3);
    BatchNormInference(x, bad, bad, bad, bad, -1, 1e-3);
    CategoricalCrossentropy(x, bad, true);
    SparseCategoricalCrossentropy(bad, x);
    BinaryCrossentropy(x, bad, true);
    IsZero(bad);
  }
  EXPECT_EQ(Error(), first);
}

}  // namespace
}  // namespace tricorn::ops
