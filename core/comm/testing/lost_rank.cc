#include "core/comm/testing/lost_rank.h"

#include <cstdlib>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "core/base/status.h"
#include "core/comm/file_store.h"
#include "core/comm/testing/processes.h"
#include "core/comm/testing/sum_cases.h"

namespace tricorn::comm {
namespace {

absl::Status Loop(Communicator& communicator, int64_t count) {
  std::vector<std::byte> array(count * 4);
  const std::vector<const std::byte*> parts(communicator.shards().size(), array.data());
  std::vector<std::byte> out(count * 4);
  while (true) {
    RETURN_IF_ERROR(communicator.AllReduce(parts, out.data(), count, DType::kF32));
  }
}

absl::Status ExpectMessage(const absl::Status& status, absl::StatusCode code,
                           const std::string& part) {
  if (status.code() == code && status.message().find(part) != std::string::npos) {
    return absl::OkStatus();
  }
  return Internal("expected {} with '{}', received {}", absl::StatusCodeToString(code), part,
                  status.ToString());
}

absl::Status Survive(int rank, int victim, int64_t count, const Connect& connect, Store& store) {
  const std::string before = HeldResources();
  {
    ASSIGN_OR_RETURN(auto communicator, connect(rank, store));
    RETURN_IF_ERROR(communicator->Barrier());
    RETURN_IF_ERROR(store.Set(fmt::format("started/{}", rank), ""));
    RETURN_IF_ERROR(ExpectLoss(*communicator, victim, count));
  }
  if (const std::string after = HeldResources(); after != before) {
    return Internal("before: {}; after: {}", before, after);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckCollectivesOfProcesses(int size, const Connect& connect) {
  TemporaryDirectory directory;
  FileStore store(Env::Posix(), directory.path());
  Processes processes(size, [&](int rank) -> absl::Status {
    ASSIGN_OR_RETURN(auto communicator, connect(rank, store));
    return CheckCollectives(*communicator);
  });
  return processes.WaitFor(absl::Seconds(120));
}

absl::Status CheckLostRank(int size, int seed, const Connect& connect) {
  std::mt19937 random(seed);
  const int victim = static_cast<int>(random() % size);
  const int64_t count = random() % 2 == 0 ? 1000 : 1000000;
  const absl::Duration moment = absl::Microseconds(random() % 20000);
  TemporaryDirectory directory;
  FileStore store(Env::Posix(), directory.path());
  Processes processes(size, [&](int rank) { return Survive(rank, victim, count, connect, store); });
  for (int rank = 0; rank < size; ++rank) {
    RETURN_IF_ERROR(
        store.Get(fmt::format("started/{}", rank), absl::Now() + absl::Seconds(30)).status());
  }
  absl::SleepFor(moment);
  processes.Kill(victim);
  return processes.WaitFor(absl::Seconds(2));
}

absl::Status CheckAbort(int size, const Connect& connect) {
  TemporaryDirectory directory;
  FileStore store(Env::Posix(), directory.path());
  Processes processes(size, [&](int rank) -> absl::Status {
    ASSIGN_OR_RETURN(auto communicator, connect(rank, store));
    RETURN_IF_ERROR(communicator->Barrier());
    const absl::Status seen = ExpectAbort(*communicator);
    // Nobody leaves before all have seen the abort.
    RETURN_IF_ERROR(store.Set(fmt::format("done/{}", rank), ""));
    for (int peer = 0; peer < size; ++peer) {
      RETURN_IF_ERROR(
          store.Get(fmt::format("done/{}", peer), absl::Now() + absl::Seconds(10)).status());
    }
    return seen;
  });
  return processes.WaitFor(absl::Seconds(20));
}

absl::Status ExpectLoss(Communicator& communicator, int victim, int64_t count) {
  const absl::Status status = Loop(communicator, count);
  RETURN_IF_ERROR(ExpectMessage(status, absl::StatusCode::kUnavailable,
                                fmt::format("rank {} is lost", victim)));
  if (communicator.Barrier() != status) return Internal("a later call gave another error");
  return absl::OkStatus();
}

absl::Status ExpectAbort(Communicator& communicator) {
  std::thread aborter;
  const absl::Time start = absl::Now();
  if (communicator.rank() == 0) {
    aborter = std::thread([&communicator] {
      absl::SleepFor(absl::Milliseconds(50));
      communicator.Abort(absl::CancelledError("job 7 was cancelled"));
    });
  }
  // The last rank comes too late: the others are blocked when the abort arrives.
  if (communicator.rank() + 1 == communicator.size()) absl::SleepFor(absl::Milliseconds(150));
  const absl::Status status = Loop(communicator, 1000);
  const absl::Duration took = absl::Now() - start;
  if (aborter.joinable()) aborter.join();
  RETURN_IF_ERROR(ExpectMessage(status, absl::StatusCode::kCancelled, "job 7 was cancelled"));
  if (took > absl::Seconds(1)) return Internal("took {}", absl::FormatDuration(took));
  if (communicator.Barrier() != status) return Internal("a later call gave another error");
  return absl::OkStatus();
}

}  // namespace tricorn::comm
