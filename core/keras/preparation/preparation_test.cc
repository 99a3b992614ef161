#include <gtest/gtest.h>

#include <limits>

#include "core/keras/preparation/categorical.h"
#include "core/keras/preparation/normalize.h"
#include "core/keras/preparation/pad_sequences.h"
#include "core/keras/preparation/split_dataset.h"
#include "core/keras/preparation/timeseries.h"

namespace tricorn::keras {
namespace {

Tensor Row(std::vector<float> values) {
  const auto count = static_cast<int64_t>(values.size());
  return Tensor::From<float>({count}, values);
}

// All rows of a column.
Tensor All(const Dataset& dataset, size_t column) {
  const RowSource& rows = *dataset.columns()[column].rows;
  std::vector<int64_t> dims = {rows.num_rows()};
  dims.insert(dims.end(), rows.row_shape().begin(), rows.row_shape().end());
  Tensor all = Tensor::Uninitialized(rows.dtype(), Shape(dims));
  std::vector<int64_t> numbers(static_cast<size_t>(rows.num_rows()));
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int64_t>(i);
  EXPECT_TRUE(rows.ReadRows(numbers, all.bytes()).ok());
  return all;
}

TEST(ToCategorical, MakesRowsOfClasses) {
  const auto rows = ToCategorical(Tensor::From<int32_t>({3, 1}, {0, 2, 1}));
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(*rows, Tensor::From<float>({3, 3}, {1, 0, 0, 0, 0, 1, 0, 1, 0}));
  EXPECT_EQ(ToCategorical(Tensor::From<int32_t>({1}, {-1}), 2)->At(1), 1);
  EXPECT_EQ(std::string(ToCategorical(Tensor::From<int32_t>({1}, {5}), 3).status().message()),
            "to_categorical: expected class indices below 3, received 5");
}

TEST(Normalize, DividesByTheNormAlongAnAxis) {
  const Tensor x = Tensor::From<float>({2, 2}, {3, 4, 0, 0});
  EXPECT_EQ(*Normalize(x), Tensor::From<float>({2, 2}, {0.6f, 0.8f, 0, 0}));
  EXPECT_EQ(*Normalize(x, 0), Tensor::From<float>({2, 2}, {1, 1, 0, 0}));
  EXPECT_EQ(*Normalize(x, -1, std::numeric_limits<double>::infinity()),
            Tensor::From<float>({2, 2}, {0.75f, 1, 0, 0}));
  EXPECT_FALSE(Normalize(x, 2).ok());
}

TEST(PadSequences, FillsAndCutsAtEitherEnd) {
  const std::vector<Tensor> sequences = {Row({1}), Row({2, 3}), Row({4, 5, 6})};
  EXPECT_EQ(*PadSequences(sequences), Tensor::From<int32_t>({3, 3}, {0, 0, 1, 0, 2, 3, 4, 5, 6}));
  EXPECT_EQ(*PadSequences(sequences, {.maxlen = 2, .padding = SequenceEnd::kPost, .value = -1}),
            Tensor::From<int32_t>({3, 2}, {1, -1, 2, 3, 5, 6}));
  EXPECT_EQ(PadSequences(sequences, {.maxlen = 2, .truncating = SequenceEnd::kPost})->At(5), 5);
  EXPECT_EQ(
      std::string(PadSequences({Row({1}), Tensor::From<float>({1, 2}, {1, 2})}).status().message()),
      "pad_sequences: sequence 1: expected steps of shape (), received (2,)");
}

TEST(SplitDataset, GivesEverySampleToOnePart) {
  const Dataset data = *Dataset::FromTensors({{"x", Row({0, 1, 2, 3, 4, 5, 6, 7, 8, 9})}});
  const auto parts = SplitDataset(data, {.left_size = 0.3});
  ASSERT_TRUE(parts.ok()) << parts.status();
  EXPECT_EQ(All(parts->first, 0), Row({0, 1, 2}));
  EXPECT_EQ(parts->second.num_rows(), 7);
  const auto shuffled = SplitDataset(data, {.right_size = 4, .shuffle = true, .seed = 2});
  double sum = 0;
  for (const Dataset* part : {&shuffled->first, &shuffled->second}) {
    const Tensor rows = All(*part, 0);
    for (int64_t i = 0; i < rows.num_elements(); ++i) sum += rows.At(i);
  }
  EXPECT_EQ(sum, 45);
  EXPECT_NE(All(shuffled->first, 0), Row({0, 1, 2, 3, 4, 5}));
  EXPECT_FALSE(SplitDataset(data, {}).ok());
  EXPECT_FALSE(SplitDataset(data, {.left_size = 6, .right_size = 6}).ok());
}

TEST(TimeseriesDataset, CutsWindowsWithTheirTargets) {
  const Tensor series = Row({0, 1, 2, 3, 4, 5, 6, 7});
  const auto windows = TimeseriesDataset(
      series, series, {.sequence_length = 3, .sequence_stride = 2, .sampling_rate = 2});
  ASSERT_TRUE(windows.ok()) << windows.status();
  EXPECT_EQ(All(*windows, 0), Tensor::From<float>({2, 3}, {0, 2, 4, 2, 4, 6}));
  EXPECT_EQ(All(*windows, 1), Row({0, 2}));
  EXPECT_FALSE(TimeseriesDataset(series, std::nullopt, {.sequence_length = 9}).ok());
  EXPECT_FALSE(
      TimeseriesDataset(series, std::nullopt, {.sequence_length = 2, .start_index = 8}).ok());
}

}  // namespace
}  // namespace tricorn::keras
