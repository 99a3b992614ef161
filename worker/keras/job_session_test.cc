#include "worker/keras/job_session.h"

#include <gtest/gtest.h>

#include "core/comm/factory/create_communicator.h"
#include "core/comm/host_id.h"
#include "core/comm/memory_store.h"

namespace tricorn::worker {
namespace {

// How a rank with `host_threads` spreads a job that asks for `threads_per_worker`.
keras::Distribution Spread(int shards, int workers, int threads_per_worker, int host_threads) {
  comm::MemoryStore store;
  comm::CommunicatorOptions options;
  options.size = 1;
  options.shards = {0, 1};
  options.total_shards = 1;
  options.host_id = comm::LocalHostId().value();
  options.store = &store;
  const auto communicator = comm::CreateCommunicator(options).value();
  v1::TrainerTask task;
  task.set_virtual_shards(shards);
  task.mutable_spec()->mutable_resources()->set_max_workers(workers);
  task.mutable_spec()->mutable_resources()->set_threads_per_worker(threads_per_worker);
  Tensor x(DType::kF32, Shape({1, 1}));
  return DistributionOf({.task = task,
                         .model = "",
                         .data = Dataset::FromTensors({{"x", x}}).value(),
                         .validation_data = std::nullopt,
                         .restore = std::nullopt,
                         .communicator = *communicator,
                         .threads = host_threads});
}

TEST(DistributionOf, ThreadsOfAShardFollowFromTheSpecOnAnyHost) {
  for (const int host_threads : {1, 4, 64}) {
    EXPECT_EQ(Spread(1, 1, 3, host_threads).threads_per_shard, 3);
    EXPECT_EQ(Spread(4, 2, 6, host_threads).threads_per_shard, 3);
    EXPECT_EQ(Spread(4, 2, 1, host_threads).threads_per_shard, 1);
    EXPECT_EQ(Spread(4, 2, 0, host_threads).threads_per_shard, 1);
  }
}

TEST(DistributionOf, OneShardThatAsksForNoThreadsTakesTheHosts) {
  EXPECT_EQ(Spread(1, 1, 0, 5).threads_per_shard, 5);
}

TEST(DistributionOf, ShardsSideBySideFillTheHostsThreads) {
  EXPECT_EQ(Spread(8, 2, 8, 7).concurrent_shards, 3);
  EXPECT_EQ(Spread(8, 2, 8, 1).concurrent_shards, 1);
}

TEST(DistributionOf, HoldsForAnyNumberOfThreads) {
  constexpr int kMany = 1 << 30;
  EXPECT_EQ(Spread(4, 4, kMany, 4).threads_per_shard, kMany);
  EXPECT_EQ(Spread(2, 4096, kMany, 4).threads_per_shard, INT32_MAX);
}

}  // namespace
}  // namespace tricorn::worker
