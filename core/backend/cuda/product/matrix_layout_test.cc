#include "core/backend/cuda/product/matrix_layout.h"

#include <gtest/gtest.h>

namespace tricorn::backend::cuda {
namespace {

ir::Type Floats(std::vector<int64_t> dims) { return {DType::kF32, Shape(std::move(dims))}; }

TEST(MatrixLayout, ADenseLayerOnSequencesIsOneMatrix) {
  const auto layout =
      LayoutOf(Floats({8, 16, 32}), Floats({32, 4, 16}), {.a_contract = {2}, .b_contract = {0}});
  ASSERT_TRUE(layout.has_value());
  EXPECT_EQ(layout->batch, 1);
  EXPECT_EQ(layout->a.rows, 128);
  EXPECT_TRUE(layout->a.is_row_major);
  EXPECT_EQ(layout->b.rows, 64);
  EXPECT_FALSE(layout->b.is_row_major);
  EXPECT_EQ(layout->places.size(), 1u);
}

// Queries and keys (batch, position, head, size): heads lie between positions, so a call takes all
// samples of one head.
TEST(MatrixLayout, AttentionScoresAreACallAHead) {
  const ops::DotGeneralAttrs attrs{
      .a_batch = {0, 2}, .b_batch = {0, 2}, .a_contract = {3}, .b_contract = {3}};
  const auto layout = LayoutOf(Floats({64, 16, 12, 8}), Floats({64, 20, 12, 8}), attrs);
  ASSERT_TRUE(layout.has_value());
  EXPECT_EQ(layout->batch, 64);
  EXPECT_EQ(layout->a.leading, 12 * 8);
  EXPECT_EQ(layout->a.batch_stride, 16 * 12 * 8);
  EXPECT_EQ(layout->y_batch_stride, 12 * 16 * 20);
  ASSERT_EQ(layout->places.size(), 12u);
  EXPECT_EQ(layout->places[1].a, 8);
  EXPECT_EQ(layout->places[1].b, 8);
  EXPECT_EQ(layout->places[1].y, 16 * 20);
}

TEST(MatrixLayout, RefusesMatricesWhoseRowsLieApart) {
  // Rows (0, 2) around the contracted axis.
  EXPECT_FALSE(LayoutOf(Floats({4, 8, 4}), Floats({8, 4}), {.a_contract = {1}, .b_contract = {0}}));
  EXPECT_FALSE(IsStackOfMatrices({4, 8, 4}, GroupsOf({4, 8, 4}, {}, {1})));
}

TEST(MatrixLayout, RefusesPlacesThatAreNotAligned) {
  const ops::DotGeneralAttrs attrs{
      .a_batch = {0, 2}, .b_batch = {0, 2}, .a_contract = {3}, .b_contract = {3}};
  EXPECT_FALSE(LayoutOf(Floats({4, 5, 3, 2}), Floats({4, 5, 3, 2}), attrs));
}

}  // namespace
}  // namespace tricorn::backend::cuda
