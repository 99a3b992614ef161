#include "worker/keras/predicted_rows.h"

#include <gtest/gtest.h>

namespace tricorn::worker {
namespace {

Tensor Ones(Shape shape, DType dtype = DType::kF32) { return Tensor(dtype, std::move(shape)); }

TEST(PredictedRows, HoldsEveryRangeAtItsPlace) {
  PredictedRows rows(3);
  ASSERT_TRUE(rows.Put({1, 3}, {Tensor::From<float>(Shape{2, 1}, std::vector<float>{5, 6})}).ok());
  ASSERT_TRUE(rows.Put({0, 1}, {Tensor::From<float>(Shape{1, 1}, std::vector<float>{4})}).ok());
  const auto values = rows.outputs().at(0).values<float>();
  EXPECT_EQ(std::vector<float>(values.begin(), values.end()), (std::vector<float>{4, 5, 6}));
}

TEST(PredictedRows, RefusesWhatDoesNotFitItsRange) {
  const std::vector<Tensor> misfits[] = {
      {Ones({8, 2})},              // more rows than the range
      {Ones({1, 2})},              // fewer
      {Ones({2, 3})},              // wider rows
      {Ones({2, 2, 2})},           // of another rank
      {Ones({})},                  // no rows at all
      {Ones({2, 2}, DType::kF64)}  // of another type
  };
  for (const std::vector<Tensor>& misfit : misfits) {
    PredictedRows rows(4);
    ASSERT_TRUE(rows.Put({0, 2}, {Ones({2, 2})}).ok());
    const absl::Status status = rows.Put({2, 4}, misfit);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << misfit[0].ToString() << ": " << status;
    EXPECT_EQ(status.message().find("output 0: expected "), 0u) << status;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(PredictedRows(4).Put({0, 2}, {Ones({4, 2})})));
}

}  // namespace
}  // namespace tricorn::worker
