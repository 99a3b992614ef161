#include "core/comm/nccl/nccl_comm.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/time/clock.h"
#include "core/base/status.h"

namespace tricorn::comm {
namespace {

// An NCCL that answers as it is told: what a peer's absence does shows without one.
struct FakeNccl {
  std::atomic<int> answers_until_ready = 0;  // that say "in progress"; negative: for ever
  std::atomic<ncclResult_t> error = ncclSuccess;
  std::atomic<int> finalized = 0, destroyed = 0, aborted = 0;
} fake;

ncclResult_t Progress() {
  if (fake.answers_until_ready == 0) return fake.error;
  if (fake.answers_until_ready > 0) --fake.answers_until_ready;
  return ncclInProgress;
}

NcclLibrary Library() {
  NcclLibrary library{};
  library.CommInitRankConfig = [](ncclComm_t* comm, int, ncclUniqueId, int, ncclConfig_t* config) {
    EXPECT_EQ(config->blocking, 0);
    *comm = reinterpret_cast<ncclComm_t>(&fake);
    return Progress();
  };
  library.CommFinalize = [](ncclComm_t) {
    ++fake.finalized;
    return Progress();
  };
  library.CommDestroy = [](ncclComm_t) {
    ++fake.destroyed;
    return ncclSuccess;
  };
  library.CommAbort = [](ncclComm_t) {
    ++fake.aborted;
    return ncclSuccess;
  };
  library.CommGetAsyncError = [](ncclComm_t, ncclResult_t* result) {
    *result = Progress();
    return ncclSuccess;
  };
  library.GetErrorString = [](ncclResult_t) { return "fake error"; };
  library.GroupStart = [] { return ncclSuccess; };
  library.GroupEnd = [] { return Progress(); };
  return library;
}

class NcclCommTest : public testing::Test {
 protected:
  void SetUp() override {
    fake.answers_until_ready = 0;
    fake.error = ncclSuccess;
    fake.finalized = fake.destroyed = fake.aborted = 0;
  }
  absl::StatusOr<std::unique_ptr<NcclComm>> Connect(absl::Duration timeout = absl::Seconds(10)) {
    return NcclComm::Connect(library_, {}, 0, 2, failure_, absl::Now() + timeout);
  }

  const NcclLibrary library_ = Library();
  Failure failure_;
  const absl::Status lost_ = absl::UnavailableError("rank 1 is lost");
};

TEST_F(NcclCommTest, WaitsUntilItIsReadyAndEndsInGoodOrder) {
  fake.answers_until_ready = 3;
  const auto comm = Connect();
  ASSERT_TRUE(comm.ok()) << comm.status();
  EXPECT_EQ(fake.answers_until_ready, 0);
  fake.answers_until_ready = 3;
  int calls = 0;
  EXPECT_TRUE((*comm)->Enqueue([&](ncclComm_t) { return ++calls, ncclSuccess; }).ok());
  EXPECT_EQ(calls, 1);
  const_cast<std::unique_ptr<NcclComm>&>(*comm).reset();
  EXPECT_EQ(fake.finalized, 1);
  EXPECT_EQ(fake.destroyed, 1);
  EXPECT_EQ(fake.aborted, 0);
}

TEST_F(NcclCommTest, GivesUpOnRanksThatDoNotCome) {
  fake.answers_until_ready = -1;
  EXPECT_TRUE(absl::IsDeadlineExceeded(Connect(absl::Milliseconds(20)).status()));
  EXPECT_EQ(fake.aborted, 1);
  failure_.Set(lost_);
  EXPECT_EQ(Connect().status(), lost_);
  EXPECT_EQ(fake.aborted, 2);
}

TEST_F(NcclCommTest, ACallInProgressEndsWithTheFailure) {
  const auto comm = Connect();
  ASSERT_TRUE(comm.ok()) << comm.status();
  fake.answers_until_ready = -1;
  std::thread watch([&] {
    absl::SleepFor(absl::Milliseconds(20));
    EXPECT_TRUE((*comm)->AsyncError().ok());  // in progress is no error, and does not wait
    failure_.Set(lost_);
    (*comm)->Abort();
    (*comm)->Abort();  // is one
  });
  EXPECT_EQ((*comm)->Enqueue([](ncclComm_t) { return ncclSuccess; }), lost_);
  watch.join();
  EXPECT_EQ((*comm)->Enqueue([](ncclComm_t) { return ncclSuccess; }), lost_);
  EXPECT_EQ(fake.aborted, 1);
  EXPECT_EQ(fake.destroyed, 0);
}

TEST_F(NcclCommTest, TellsWhatWentWrong) {
  const auto comm = Connect();
  ASSERT_TRUE(comm.ok()) << comm.status();
  fake.error = ncclRemoteError;
  EXPECT_TRUE(absl::IsUnavailable((*comm)->AsyncError()));
  EXPECT_TRUE(absl::IsUnavailable((*comm)->Enqueue([](ncclComm_t) { return ncclSuccess; })));
  fake.error = ncclInvalidUsage;
  EXPECT_TRUE(absl::IsInternal((*comm)->AsyncError()));
}

}  // namespace
}  // namespace tricorn::comm
