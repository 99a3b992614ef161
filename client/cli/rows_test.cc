#include "client/cli/rows.h"

#include <gtest/gtest.h>

namespace tricorn::cli {
namespace {

TEST(ParseRows, TakesACountOrAnInterval) {
  const auto parse = [](const char* text) {
    const auto rows = ParseRows(text);
    EXPECT_TRUE(rows.ok()) << text << ": " << rows.status();
    return rows.ok() ? std::pair(rows->begin, rows->end) : std::pair<int64_t, int64_t>();
  };
  EXPECT_EQ(parse("8"), std::pair(int64_t{0}, int64_t{8}));
  EXPECT_EQ(parse("16:24"), std::pair(int64_t{16}, int64_t{24}));
  EXPECT_EQ(parse("16:"), std::pair(int64_t{16}, INT64_MAX));
  EXPECT_EQ(parse(":4"), std::pair(int64_t{0}, int64_t{4}));
}

TEST(ParseRows, RefusesTheRest) {
  for (const char* text :
       {"", "0", "a", "8:8", "9:8", "-1", "1:2:3", "8x", "99999999999999999999"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseRows(text).status())) << text;
  }
}

TEST(InputRows, CutsTheInputsAndNamesThem) {
  const auto dataset = Dataset::FromTensors(
      {{"x/a", Tensor::From<uint8_t>(Shape{3, 2}, std::vector<uint8_t>{0, 1, 2, 3, 4, 5})},
       {"x/b", Tensor(DType::kF32, Shape{3})},
       {"y", Tensor(DType::kI64, Shape{3})}});
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  const auto inputs = InputRows(*dataset, 1, 3);
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  ASSERT_EQ(inputs->size(), 2u);
  EXPECT_EQ((*inputs)[0].name, "a");
  EXPECT_EQ((*inputs)[0].tensor,
            Tensor::From<uint8_t>(Shape{2, 2}, std::vector<uint8_t>{2, 3, 4, 5}));
  EXPECT_EQ((*inputs)[1].tensor.shape(), Shape{2});
}

TEST(NestedJson, WritesValuesShortestForTheirType) {
  EXPECT_EQ(NestedJson(Tensor::From<float>(Shape{2, 2}, std::vector<float>{0.1f, 1, -2.5f, 1e-9f}))
                .Dump(),
            "[[0.1, 1.0], [-2.5, 1e-09]]");
  EXPECT_EQ(NestedJson(Tensor::From<uint8_t>(Shape{2}, std::vector<uint8_t>{1, 255})).Dump(),
            "[1, 255]");
  EXPECT_EQ(NestedJson(Tensor::Scalar<bool>(true)).Dump(), "true");
}

TEST(ConcatenateRows, PutsThemOneBelowTheOther) {
  const auto part = [](std::vector<uint8_t> values) {
    return Tensor::From<uint8_t>(Shape{static_cast<int64_t>(values.size()) / 2, 2}, values);
  };
  const auto whole = ConcatenateRows({part({0, 1}), part({2, 3, 4, 5})});
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_EQ(*whole, part({0, 1, 2, 3, 4, 5}));
}

TEST(ConcatenateRows, RefusesRowsThatDiffer) {
  const Tensor part(DType::kF32, Shape{1, 2});
  for (const Tensor& other : {Tensor(DType::kF32, Shape{1, 2000}), Tensor(DType::kF32, Shape{2}),
                              Tensor(DType::kF64, Shape{1, 2})}) {
    EXPECT_TRUE(absl::IsInternal(ConcatenateRows({part, other}).status())) << other.ToString();
  }
  const Tensor scalar(DType::kF32, Shape{});
  EXPECT_TRUE(absl::IsInternal(ConcatenateRows({scalar, scalar}).status()));
}

}  // namespace
}  // namespace tricorn::cli
