#include "core/data/split.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tricorn {
namespace {

Dataset Numbers(int64_t count) {
  std::vector<int32_t> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(static_cast<int32_t>(i));
  const Tensor x = Tensor::From<int32_t>({count}, values);
  return *Dataset::FromTensors({{"x", x}, {"y", x}});
}

std::vector<int32_t> Read(const Dataset& dataset, size_t column) {
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < dataset.num_rows(); ++i) rows.push_back(i);
  std::vector<int32_t> values(rows.size());
  EXPECT_TRUE(dataset.columns()[column]
                  .rows->ReadRows(rows, reinterpret_cast<std::byte*>(values.data()))
                  .ok());
  return values;
}

TEST(SplitDataset, CutsInOrder) {
  const auto parts = SplitDataset(Numbers(5), {.left = 0.4});
  ASSERT_TRUE(parts.ok()) << parts.status();
  EXPECT_EQ(Read(parts->first, 0), (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(Read(parts->second, 1), (std::vector<int32_t>{2, 3, 4}));
  const auto rest = SplitDataset(Numbers(5), {.right = int64_t{1}});
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_EQ(Read(rest->second, 0), (std::vector<int32_t>{4}));
}

TEST(SplitDataset, ShufflesColumnsAlike) {
  const auto parts = SplitDataset(Numbers(100), {.left = 0.5, .shuffle = true, .seed = 3});
  ASSERT_TRUE(parts.ok()) << parts.status();
  std::vector<int32_t> all = Read(parts->first, 0);
  EXPECT_EQ(all, Read(parts->first, 1));
  EXPECT_FALSE(std::is_sorted(all.begin(), all.end()));
  const std::vector<int32_t> second = Read(parts->second, 0);
  all.insert(all.end(), second.begin(), second.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, Read(Numbers(100), 0));
}

TEST(SplitDataset, RefusesWhatDoesNotFit) {
  EXPECT_FALSE(SplitDataset(Numbers(5), {}).ok());
  EXPECT_FALSE(SplitDataset(Numbers(5), {.left = 1.5}).ok());
  EXPECT_FALSE(SplitDataset(Numbers(5), {.left = int64_t{5}}).ok());
  EXPECT_FALSE(SplitDataset(Numbers(5), {.left = int64_t{3}, .right = int64_t{3}}).ok());
}

}  // namespace
}  // namespace tricorn
