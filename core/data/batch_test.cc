#include "core/data/batch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <new>
#include <set>

#include "core/data/prefetch.h"

namespace tricorn {
namespace {

constexpr int64_t kRows = 103;

// x of a row is its number, twice; y is its number.
Dataset Numbered(int64_t rows = kRows) {
  Tensor x(DType::kI32, {rows, 2}), y(DType::kI64, {rows});
  for (int64_t i = 0; i < rows; ++i) {
    x.data<int32_t>()[2 * i] = x.data<int32_t>()[2 * i + 1] = static_cast<int32_t>(i);
    y.data<int64_t>()[i] = i;
  }
  return *Dataset::FromTensors({{"x", x}, {"y", y}});
}

std::vector<int64_t> Labels(const Batch& batch) {
  const auto values = batch.columns[1].values<int64_t>();
  return {values.begin(), values.end()};
}

// A column whose row `bad` cannot be read, and which counts its reads.
class FailingRows : public RowSource {
 public:
  FailingRows(int64_t bad, std::atomic<int>& reads) : bad_(bad), reads_(reads) {}
  int64_t num_rows() const override { return kRows; }
  DType dtype() const override { return DType::kU8; }
  const Shape& row_shape() const override { return shape_; }
  absl::Status ReadRows(std::span<const int64_t> rows, std::byte* out) const override {
    ++reads_;
    std::fill_n(out, rows.size(), std::byte{1});
    if (std::find(rows.begin(), rows.end(), bad_) == rows.end()) return absl::OkStatus();
    return DataLoss("row {}: gone", bad_);
  }

 private:
  const int64_t bad_;
  std::atomic<int>& reads_;
  const Shape shape_;
};

Dataset Failing(int64_t bad, std::atomic<int>& reads) {
  std::vector<Dataset::NamedRows> sources;
  sources.push_back({"x", std::make_unique<FailingRows>(bad, reads)});
  return *Dataset::FromRows(std::move(sources));
}

TEST(EpochOrder, IsAPermutationOfItsRowsAndDiffersByEpochAndSeed) {
  const RowRange rows{20, kRows};
  std::set<std::vector<int64_t>> seen;
  for (const auto& [seed, epoch] :
       std::vector<std::pair<uint64_t, int64_t>>{{7, 0}, {7, 1}, {8, 0}}) {
    const EpochOrder order = EpochOrder::Shuffled(rows, seed, epoch);
    const EpochOrder again = EpochOrder::Shuffled(rows, seed, epoch);
    std::vector<int64_t> visited;
    for (int64_t i = 0; i < order.num_rows(); ++i) {
      visited.push_back(order[i]);
      EXPECT_EQ(order[i], again[i]);
    }
    seen.insert(visited);
    std::sort(visited.begin(), visited.end());
    for (int64_t i = 0; i < rows.size(); ++i) EXPECT_EQ(visited[static_cast<size_t>(i)], 20 + i);
  }
  EXPECT_EQ(seen.size(), 3u);
  EXPECT_EQ(EpochOrder::Sequential(rows)[5], 25);
}

TEST(EpochOrder, StaysWhatItIs) {  // checkpoints rely on it: another order is another training
  const EpochOrder order = EpochOrder::Shuffled({0, 10}, /*seed=*/1, /*epoch=*/2);
  std::vector<int64_t> visited;
  for (int64_t i = 0; i < 10; ++i) visited.push_back(order[i]);
  EXPECT_EQ(visited, (std::vector<int64_t>{6, 5, 0, 7, 8, 4, 9, 3, 2, 1}));
}

TEST(VirtualShard, CutsEveryBatchEvenlyAndWithoutGap) {
  for (const int num_shards : {1, 2, 3, 4, 7, 16}) {
    for (int64_t cursor = 0; cursor <= kRows; cursor += 8) {
      const RowRange batch = GlobalBatch(kRows, 8, cursor);
      EXPECT_EQ(batch.size(), std::min<int64_t>(8, kRows - cursor));
      int64_t at = batch.begin;
      for (int shard = 0; shard < num_shards; ++shard) {
        const RowRange part = VirtualShard(batch, num_shards, shard);
        EXPECT_EQ(part.begin, at);
        const int64_t larger = shard < batch.size() % num_shards ? 1 : 0;
        EXPECT_EQ(part.size(), batch.size() / num_shards + larger);
        at = part.end;
      }
      EXPECT_EQ(at, batch.end);
    }
  }
}

TEST(Batch, WorkersTogetherSeeTheGlobalBatch) {
  const Dataset dataset = Numbered();
  const EpochOrder order = EpochOrder::Shuffled({0, kRows}, 3, 0);
  for (const int64_t cursor : {0, 32, 96}) {
    const auto whole = AssembleBatch(
        dataset, order, {.batch_size = 32, .virtual_shards = 4, .num_shards = 4}, cursor);
    ASSERT_TRUE(whole.ok());
    std::vector<int64_t> seen;
    for (int worker = 0; worker < 2; ++worker) {
      const auto part = AssembleBatch(
          dataset, order,
          {.batch_size = 32, .virtual_shards = 4, .first_shard = 2 * worker, .num_shards = 2},
          cursor);
      ASSERT_TRUE(part.ok());
      EXPECT_EQ(part->positions, whole->positions);
      for (int i = 0; i < 2; ++i) {
        EXPECT_TRUE(BitwiseEqual(part->Shard(i)[0], whole->Shard(2 * worker + i)[0]));
      }
      for (const int64_t label : Labels(*part)) seen.push_back(label);
    }
    EXPECT_EQ(seen, Labels(*whole));
    for (size_t i = 0; i < seen.size(); ++i) {
      EXPECT_EQ(seen[i], order[cursor + static_cast<int64_t>(i)]);
      EXPECT_EQ(whole->columns[0].data<int32_t>()[2 * i + 1], seen[i]);
    }
  }
}

TEST(Batch, OptionsAreChecked) {
  EXPECT_TRUE(CheckBatchOptions({.virtual_shards = 4, .first_shard = 2, .num_shards = 2}).ok());
  for (const BatchOptions& options :
       {BatchOptions{.batch_size = 0}, BatchOptions{.virtual_shards = 0},
        BatchOptions{.virtual_shards = 4, .first_shard = 3, .num_shards = 2},
        BatchOptions{.first_shard = -1}, BatchOptions{.num_shards = 0}}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckBatchOptions(options)));
  }
}

TEST(Prefetcher, GivesAnEpochInOrderFromTheCursorOn) {
  const Dataset dataset = Numbered();
  for (const int depth : {1, 4, 100}) {
    Prefetcher batches(dataset, EpochOrder::Sequential({0, kRows}), {.batch_size = 10},
                       /*cursor=*/20, depth);
    int64_t next = 20;
    for (;;) {
      const auto batch = batches.Next();
      ASSERT_TRUE(batch.ok()) << batch.status();
      if (!batch->has_value()) break;
      for (const int64_t label : Labels(**batch)) EXPECT_EQ(label, next++);
    }
    EXPECT_EQ(next, kRows);
    EXPECT_FALSE(batches.Next()->has_value());
  }
}

TEST(Prefetcher, GathersLargeBatchesByThreadsInTheSameOrder) {
  constexpr int64_t kMany = 4096, kWidth = 512;  // 8 MiB
  Tensor x = Tensor::Uninitialized(DType::kI32, {kMany, kWidth});
  for (int64_t i = 0; i < x.num_elements(); ++i) x.data<int32_t>()[i] = static_cast<int32_t>(i);
  const absl::StatusOr<Dataset> dataset = Dataset::FromTensors({{"x", x}});
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  std::vector<Tensor> gathered;
  for (const int num_threads : {1, 3}) {
    Prefetcher batches(*dataset, EpochOrder::Shuffled({0, kMany}, 7, 0), {.batch_size = kMany}, 0,
                       1, nullptr, num_threads);
    const auto batch = batches.Next();
    ASSERT_TRUE(batch.ok() && batch->has_value()) << batch.status();
    gathered.push_back((*batch)->columns[0]);
  }
  EXPECT_EQ(gathered[0], gathered[1]);
}

TEST(Prefetcher, GathersIntoWhatItIsGiven) {
  const Dataset dataset = Numbered();
  std::vector<const std::byte*> given;
  Prefetcher batches(dataset, EpochOrder::Sequential({0, kRows}), {.batch_size = kRows}, 0, 1,
                     [&](DType dtype, Shape shape) -> absl::StatusOr<Tensor> {
                       Tensor tensor = Tensor::Uninitialized(dtype, std::move(shape));
                       given.push_back(tensor.bytes());
                       return tensor;
                     });
  const auto batch = batches.Next();
  ASSERT_TRUE(batch.ok() && batch->has_value()) << batch.status();
  std::vector<const std::byte*> gathered;
  for (const Tensor& column : (*batch)->columns) gathered.push_back(column.bytes());
  EXPECT_EQ(gathered, given);
}

TEST(Prefetcher, StopsInTheMiddleHavingReadNoFurtherThanItsDepth) {
  for (int taken = 0; taken < 20; ++taken) {
    std::atomic<int> reads = 0;
    const Dataset dataset = Failing(kRows, reads);
    {
      Prefetcher batches(dataset, EpochOrder::Sequential({0, kRows}), {.batch_size = 1}, 0,
                         /*depth=*/2);
      for (int i = 0; i < taken; ++i) ASSERT_TRUE(batches.Next()->has_value());
    }
    EXPECT_GE(reads, taken);
    EXPECT_LE(reads, taken + 2);
  }
}

TEST(NumBatches, CountsTheShortOneOfAnySize) {
  EXPECT_EQ(NumBatches(0, 8), 0);
  EXPECT_EQ(NumBatches(16, 8), 2);
  EXPECT_EQ(NumBatches(17, 8), 3);
  EXPECT_EQ(NumBatches(17, std::numeric_limits<int64_t>::max()), 1);
}

TEST(Prefetcher, GivesTheErrorAfterTheBatchesBeforeIt) {
  std::atomic<int> reads = 0;
  const Dataset dataset = Failing(25, reads);
  Prefetcher batches(dataset, EpochOrder::Sequential({0, kRows}), {.batch_size = 10});
  EXPECT_TRUE(batches.Next()->has_value());
  EXPECT_TRUE(batches.Next()->has_value());
  for (int i = 0; i < 2; ++i) EXPECT_EQ(batches.Next().status().message(), "x: row 25: gone");
}

TEST(Prefetcher, SaysWhenThereIsNoMemoryForABatch) {
  class HungryRows : public TensorRows {
   public:
    HungryRows() : TensorRows(Tensor(DType::kU8, {kRows})) {}
    absl::Status ReadRows(std::span<const int64_t>, std::byte*) const override {
      throw std::bad_alloc();
    }
  };
  std::vector<Dataset::NamedRows> sources;
  sources.push_back({"x", std::make_unique<HungryRows>()});
  const Dataset dataset = *Dataset::FromRows(std::move(sources));
  Prefetcher batches(dataset, EpochOrder::Sequential({0, kRows}), {.batch_size = 10});
  const absl::Status status = batches.Next().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_EQ(status.message(), "batch: expected enough memory, received a refusal");
}

}  // namespace
}  // namespace tricorn
