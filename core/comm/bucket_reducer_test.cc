#include "core/comm/bucket_reducer.h"

#include <optional>
#include <thread>

#include "absl/time/clock.h"
#include "core/comm/local/local_group.h"
#include "core/comm/testing/allocations.h"
#include "gtest/gtest.h"

namespace tricorn::comm {
namespace {

constexpr int kRanks = 2;
constexpr int kShards = 4;
constexpr int kBuckets = 3;
constexpr int64_t kCount = 1000;

// A rank with a thread for each of its shards, as a trainer has.
class Rank {
 public:
  explicit Rank(Communicator& communicator) : communicator_(communicator) {
    std::vector<Bucket> buckets;
    for (std::vector<float>& sum : sums_) {
      sum.resize(kCount);
      buckets.push_back({DType::kF32, kCount, reinterpret_cast<std::byte*>(sum.data())});
    }
    for (auto& of_bucket : gradients_) {
      for (std::vector<float>& gradient : of_bucket) gradient.resize(kCount);
    }
    reducer_.emplace(communicator, std::move(buckets));
  }

  static float Value(int step, int bucket, int shard) {
    return static_cast<float>(step * 100 + bucket * 10 + shard);
  }

  void ComputeShard(int step, int shard) {
    for (int bucket = 0; bucket < kBuckets; ++bucket) {
      std::vector<float>& gradient = gradients_[bucket][shard];
      std::fill(gradient.begin(), gradient.end(), Value(step, bucket, shard));
      reducer_->Contribute(bucket, shard, reinterpret_cast<const std::byte*>(gradient.data()));
    }
  }

  // Contributes shard `skip` never.
  absl::Status Step(int step, int skip = -1) {
    if (absl::Status status = reducer_->BeginStep(); !status.ok()) return status;
    std::vector<std::thread> threads;
    for (int s = communicator_.shards().first; s < communicator_.shards().last; ++s) {
      if (s != skip) threads.emplace_back([this, step, s] { ComputeShard(step, s); });
    }
    absl::Status result;
    for (int bucket = kBuckets - 1; bucket >= 0; --bucket) {
      result = reducer_->Wait(bucket);
      float expected = 0;
      for (int s = 0; s < kShards; ++s) expected += Value(step, bucket, s);
      if (result.ok()) {
        EXPECT_EQ(sums_[bucket], std::vector<float>(kCount, expected));
      }
    }
    for (std::thread& thread : threads) thread.join();
    return result;
  }

  BucketReducer& reducer() { return *reducer_; }
  void Destroy() { reducer_.reset(); }

 private:
  Communicator& communicator_;
  std::vector<float> sums_[kBuckets];
  std::vector<float> gradients_[kBuckets][kShards];
  std::optional<BucketReducer> reducer_;
};

TEST(BucketReducer, SumsEveryBucketStepAfterStep) {
  const auto communicators = MakeLocalCommunicators(kRanks, kShards);
  std::vector<std::thread> ranks;
  for (const auto& communicator : communicators) {
    ranks.emplace_back([&communicator] {
      Rank rank(*communicator);
      for (int step = 0; step < 50; ++step) EXPECT_TRUE(rank.Step(step).ok());
      EXPECT_TRUE(rank.reducer().BeginStep().ok());
      rank.Destroy();
    });
  }
  for (std::thread& rank : ranks) rank.join();
}

TEST(BucketReducer, ServesRanksWithoutShards) {
  const auto communicators = MakeLocalCommunicators(2, 1);
  std::vector<std::thread> ranks;
  for (const auto& communicator : communicators) {
    ranks.emplace_back([&communicator] {
      float gradient = 3;
      float sum = 0;
      BucketReducer reducer(*communicator, {{DType::kF32, 1, reinterpret_cast<std::byte*>(&sum)}});
      EXPECT_TRUE(reducer.BeginStep().ok());
      if (communicator->shards().size() == 1) {
        reducer.Contribute(0, 0, reinterpret_cast<const std::byte*>(&gradient));
      }
      EXPECT_TRUE(reducer.Wait(0).ok());
      EXPECT_EQ(sum, 3);
    });
  }
  for (std::thread& rank : ranks) rank.join();
}

TEST(BucketReducer, AbortReachesEveryWaiterOfEveryRank) {
  const auto communicators = MakeLocalCommunicators(kRanks, kShards);
  const absl::Status error = absl::InternalError("shard 3: NaN");
  std::vector<std::thread> ranks;
  for (const auto& communicator : communicators) {
    ranks.emplace_back([&communicator, &error] {
      Rank rank(*communicator);
      std::thread aborter;
      if (communicator->rank() == 1) {
        aborter = std::thread([&rank, &error] {
          absl::SleepFor(absl::Milliseconds(20));
          rank.reducer().Abort(error);
        });
      }
      EXPECT_EQ(rank.Step(0, /*skip=*/3), error);
      EXPECT_EQ(rank.reducer().BeginStep(), error);
      if (aborter.joinable()) aborter.join();
    });
  }
  for (std::thread& rank : ranks) rank.join();
}

TEST(BucketReducer, DestructionInTheMiddleOfAStepEndsThePeers) {
  const auto communicators = MakeLocalCommunicators(kRanks, kShards);
  std::thread peer([&communicators] {
    Rank rank(*communicators[0]);
    EXPECT_EQ(rank.Step(0), absl::CancelledError("rank 1 gave up in the middle of a step"));
  });
  {
    Rank rank(*communicators[1]);
    EXPECT_TRUE(rank.reducer().BeginStep().ok());
    rank.ComputeShard(0, 2);
  }
  peer.join();
}

TEST(BucketReducer, StepsAllocateNothing) {
  const auto communicators = MakeLocalCommunicators(1, 1);
  std::vector<float> gradient(kCount, 1), sum(kCount);
  BucketReducer reducer(*communicators[0],
                        {{DType::kF32, kCount, reinterpret_cast<std::byte*>(sum.data())}});
  int64_t before = 0;
  for (int step = 0; step < 100; ++step) {
    if (step == 10) before = AllocationsSoFar();
    ASSERT_TRUE(reducer.BeginStep().ok());
    reducer.Contribute(0, 0, reinterpret_cast<const std::byte*>(gradient.data()));
    ASSERT_TRUE(reducer.Wait(0).ok());
  }
  EXPECT_EQ(AllocationsSoFar() - before, 0);
}

}  // namespace
}  // namespace tricorn::comm
