#include "core/data/sequences.h"

#include <gtest/gtest.h>

namespace tricorn {
namespace {

Tensor Ints(std::vector<int32_t> values) {
  return Tensor::From<int32_t>({static_cast<int64_t>(values.size())}, values);
}

TEST(PadSequences, PadsAndCutsAtTheFrontUnlessTold) {
  const std::vector<Tensor> sequences = {Ints({1}), Ints({2, 3, 4}), Ints({})};
  EXPECT_EQ(*PadSequences(sequences),
            Tensor::From<int32_t>({3, 3}, std::vector<int32_t>{0, 0, 1, 2, 3, 4, 0, 0, 0}));
  EXPECT_EQ(*PadSequences(sequences, {.maxlen = 2}),
            Tensor::From<int32_t>({3, 2}, std::vector<int32_t>{0, 1, 3, 4, 0, 0}));
  EXPECT_EQ(*PadSequences(sequences, {.maxlen = 2,
                                      .dtype = DType::kF32,
                                      .pad_at_end = true,
                                      .truncate_at_end = true,
                                      .value = -1}),
            Tensor::From<float>({3, 2}, std::vector<float>{1, -1, 2, 3, -1, -1}));
  EXPECT_FALSE(PadSequences(std::vector<Tensor>{Ints({1}), Ints({2}).Reshaped({1, 1})}).ok());
}

TEST(TimeseriesDataset, ReadsWindowsAndTheirTargets) {
  const auto dataset = TimeseriesDataset(
      Ints({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}), Ints({0, 10, 20, 30, 40, 50, 60, 70, 80, 90}),
      {.sequence_length = 3, .sequence_stride = 2, .sampling_rate = 2, .start_index = 1});
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  ASSERT_EQ(dataset->num_rows(), 3);
  const std::vector<int64_t> rows = {2, 0};
  int32_t windows[6], targets[2];
  ASSERT_TRUE(
      dataset->columns()[0].rows->ReadRows(rows, reinterpret_cast<std::byte*>(windows)).ok());
  ASSERT_TRUE(
      dataset->columns()[1].rows->ReadRows(rows, reinterpret_cast<std::byte*>(targets)).ok());
  EXPECT_EQ(std::vector<int32_t>(windows, windows + 6), (std::vector<int32_t>{5, 7, 9, 1, 3, 5}));
  EXPECT_EQ(std::vector<int32_t>(targets, targets + 2), (std::vector<int32_t>{50, 10}));
}

TEST(TimeseriesDataset, RefusesWhatDoesNotFit) {
  const auto code = [](const TimeseriesOptions& options) {
    return TimeseriesDataset(Ints({1, 2, 3, 4}), std::nullopt, options).status().code();
  };
  EXPECT_EQ(code({.sequence_length = 3, .sampling_rate = 2}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.sequence_stride = 0}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.start_index = 4}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.sequence_length = 4}), absl::StatusCode::kOk);
}

}  // namespace
}  // namespace tricorn
