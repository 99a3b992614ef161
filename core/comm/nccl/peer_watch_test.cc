#include "core/comm/nccl/peer_watch.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "core/base/env.h"
#include "core/base/status.h"
#include "core/comm/factory/create_communicator.h"
#include "core/comm/failure.h"
#include "core/comm/file_store.h"
#include "core/comm/local/local_group.h"
#include "core/comm/testing/processes.h"

namespace tricorn::comm {
namespace {

constexpr absl::Duration kSoon = absl::Seconds(2);

struct Member {
  Failure failure;
  std::unique_ptr<PeerWatch> watch;

  Member(std::unique_ptr<Communicator> control, std::function<absl::Status()> check)
      : watch(std::make_unique<PeerWatch>(
            std::move(control), std::move(check),
            [this](const absl::Status& error) { failure.Set(error); })) {}
  absl::Status WaitForFailure() const {
    const absl::Time deadline = absl::Now() + kSoon;
    while (!failure.happened() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(1));
    return failure.status();
  }
};

absl::Status Healthy() { return absl::OkStatus(); }

TEST(PeerWatch, EndsInGoodOrderWhenAllLeave) {
  auto controls = MakeLocalCommunicators(2, 2);
  Member first(std::move(controls[0]), Healthy);
  Member second(std::move(controls[1]), Healthy);
  std::thread leaving([&] { first.watch.reset(); });
  absl::SleepFor(absl::Milliseconds(150));
  EXPECT_FALSE(second.failure.happened());
  second.watch.reset();
  leaving.join();
  EXPECT_FALSE(first.failure.happened() || second.failure.happened());
}

TEST(PeerWatch, TellsEverybodyOfAnAbortAndOfACheck) {
  auto controls = MakeLocalCommunicators(2, 2);
  Member first(std::move(controls[0]), Healthy);
  Member second(std::move(controls[1]), Healthy);
  const absl::Status error = absl::CancelledError("job 7 was cancelled");
  first.watch->Abort(error);
  EXPECT_EQ(first.WaitForFailure(), error);
  EXPECT_EQ(second.WaitForFailure(), error);

  controls = MakeLocalCommunicators(2, 2);
  const absl::Status broken = absl::UnavailableError("NCCL: remote error");
  Member third(std::move(controls[0]), [broken] { return broken; });
  Member fourth(std::move(controls[1]), Healthy);
  EXPECT_EQ(third.WaitForFailure(), broken);
  EXPECT_EQ(fourth.WaitForFailure(), broken);
}

TEST(PeerWatch, TellsThatAPeerIsGone) {
  auto controls = MakeLocalCommunicators(2, 2);
  Member first(std::move(controls[0]), Healthy);
  controls[1].reset();
  EXPECT_TRUE(absl::IsUnavailable(first.WaitForFailure())) << first.failure.status();
}

TEST(PeerWatch, NamesAKilledProcessInTime) {
  constexpr int kSize = 3, kVictim = 1;
  TemporaryDirectory directory;
  FileStore store(Env::Posix(), directory.path());
  const auto started = [](int rank) { return fmt::format("started/{}", rank); };
  Processes ranks(kSize, [&](int rank) -> absl::Status {
    ASSIGN_OR_RETURN(auto control, CreateCommunicator({.rank = rank,
                                                       .size = kSize,
                                                       .shards = {rank, rank + 1},
                                                       .total_shards = kSize,
                                                       .host_id = "here",
                                                       .store = &store}));
    Member member(std::move(control), Healthy);
    RETURN_IF_ERROR(store.Set(started(rank), ""));
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    while (!member.failure.happened() && absl::Now() < deadline) {
      absl::SleepFor(absl::Milliseconds(1));
    }
    const absl::Status failure = member.failure.status();
    const std::string expected = fmt::format("rank {} is lost", kVictim);
    if (failure.message().find(expected) != absl::string_view::npos) return absl::OkStatus();
    return Internal("expected '{}', received {}", expected, failure.ToString());
  });
  for (int rank = 0; rank < kSize; ++rank) {
    ASSERT_TRUE(store.Get(started(rank), absl::Now() + absl::Seconds(20)).ok());
  }
  ranks.Kill(kVictim);
  EXPECT_EQ(ranks.WaitFor(kSoon), absl::OkStatus());
}

}  // namespace
}  // namespace tricorn::comm
