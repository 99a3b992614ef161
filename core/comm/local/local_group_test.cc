#include "core/comm/local/local_group.h"

#include <thread>

#include "absl/time/clock.h"
#include "core/base/status.h"
#include "core/comm/testing/sum_cases.h"
#include "gtest/gtest.h"

namespace tricorn::comm {
namespace {

TEST(LocalGroup, GivesTheBitsOfTheSerialTree) {
  for (const auto& [size, total] : std::vector<std::pair<int, int>>{
           {1, 1}, {1, 5}, {2, 1}, {2, 2}, {2, 3}, {3, 7}, {4, 4}, {4, 13}}) {
    const auto communicators = MakeLocalCommunicators(size, total);
    std::vector<std::thread> threads;
    for (const auto& communicator : communicators) {
      threads.emplace_back([&communicator] {
        const absl::Status status = CheckCollectives(*communicator);
        EXPECT_TRUE(status.ok()) << status;
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
}

TEST(LocalGroup, AbortEndsBlockedAndLaterCalls) {
  const auto communicators = MakeLocalCommunicators(3, 3);
  const absl::Status error = absl::CancelledError("job 7 was cancelled");
  std::vector<std::thread> threads;
  for (int rank = 0; rank < 2; ++rank) {
    threads.emplace_back([&, rank] { EXPECT_EQ(communicators[rank]->Barrier(), error); });
  }
  absl::SleepFor(absl::Milliseconds(20));
  communicators[2]->Abort(error);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(communicators[2]->Barrier(), error);
  EXPECT_EQ(communicators[0]->Broadcast(nullptr, 0, 0), error);
}

TEST(LocalGroup, ALeavingRankIsAnError) {
  auto communicators = MakeLocalCommunicators(2, 2);
  std::thread waiter([&communicators] {
    EXPECT_EQ(communicators[0]->Barrier(), absl::UnavailableError("rank 1 left the group"));
  });
  communicators[1].reset();
  waiter.join();
}

TEST(Communicator, RefusesADTypeAndLivesOn) {
  const auto communicators = MakeLocalCommunicators(1, 1);
  const float one = 1;
  const std::byte* part = reinterpret_cast<const std::byte*>(&one);
  float sum = 0;
  std::byte* out = reinterpret_cast<std::byte*>(&sum);
  EXPECT_EQ(communicators[0]->AllReduce({&part, 1}, out, 1, DType::kU8),
            absl::UnimplementedError(
                "all-reduce: expected float32, float64, int32 or int64, received uint8"));
  EXPECT_TRUE(communicators[0]->AllReduce({&part, 1}, out, 1, DType::kF32).ok());
  EXPECT_EQ(sum, 1);
}

}  // namespace
}  // namespace tricorn::comm
