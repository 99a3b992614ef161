// What one rank of mpi_test.cc does: core_comm_mpi_rank SCENARIO [ARGUMENTS]. Prints a line if all
// was as it should be, and otherwise fails.

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/status.h"
#include "core/comm/group_plan.h"
#include "core/comm/mpi_world.h"
#include "core/comm/testing/lost_rank.h"
#include "core/comm/testing/sum_cases.h"

namespace tricorn::comm {
namespace {

absl::StatusOr<std::unique_ptr<Communicator>> Connect(MpiWorld& world, int total_shards) {
  return world.Connect(EvenRanges(total_shards, world.size())[world.rank()], total_shards);
}

absl::Status Sum(MpiWorld& world) {
  for (const int total : {1, world.size(), 7, 13}) {
    ASSIGN_OR_RETURN(const auto communicator, Connect(world, total));
    RETURN_IF_ERROR(CheckCollectives(*communicator));
  }
  return absl::OkStatus();
}

absl::Status Lose(MpiWorld& world, int victim, int delay_us) {
  ASSIGN_OR_RETURN(const auto communicator, Connect(world, 4));
  RETURN_IF_ERROR(communicator->Barrier());
  const int64_t count = delay_us % 2 == 0 ? 1000 : 1000000;
  if (world.rank() == victim) {
    std::thread([delay_us] {
      absl::SleepFor(absl::Microseconds(delay_us));
      kill(getpid(), SIGKILL);
    }).detach();
  }
  const absl::Time start = absl::Now();
  RETURN_IF_ERROR(ExpectLoss(*communicator, victim, count));
  const absl::Duration took = absl::Now() - start;
  if (took > absl::Seconds(2)) return Internal("took {}", absl::FormatDuration(took));
  return absl::OkStatus();
}

absl::Status Abort(MpiWorld& world) {
  ASSIGN_OR_RETURN(const auto communicator, Connect(world, world.size()));
  RETURN_IF_ERROR(communicator->Barrier());
  RETURN_IF_ERROR(ExpectAbort(*communicator));
  absl::SleepFor(absl::Milliseconds(500));  // nobody leaves before all have seen it
  return absl::OkStatus();
}

absl::Status Leave(MpiWorld& world) {
  ASSIGN_OR_RETURN(auto communicator, Connect(world, world.size()));
  RETURN_IF_ERROR(communicator->Barrier());
  if (world.rank() == 0) communicator.reset();
  if (world.rank() == 0) return absl::OkStatus();
  const absl::Status status = communicator->Barrier();
  if (absl::IsUnavailable(status)) return absl::OkStatus();
  return Internal("expected that a rank left, received {}", status.ToString());
}

absl::Status Differ(MpiWorld& world) {
  ASSIGN_OR_RETURN(const auto communicator, Connect(world, world.size()));
  std::byte bytes[40] = {};
  const std::byte* part = bytes;
  const absl::Status status = world.rank() == 0
                                  ? communicator->AllReduce({&part, 1}, bytes, 10, DType::kF32)
                                  : communicator->Barrier();
  if (absl::IsInternal(status)) return absl::OkStatus();
  return Internal("expected that collectives differ, received {}", status.ToString());
}

absl::Status Run(MpiWorld& world, const std::string& scenario, int argc, char** argv) {
  if (scenario == "sum") return Sum(world);
  if (scenario == "abort") return Abort(world);
  if (scenario == "leave") return Leave(world);
  if (scenario == "differ") return Differ(world);
  if (scenario == "lose" && argc == 4) return Lose(world, std::atoi(argv[2]), std::atoi(argv[3]));
  return InvalidArgument("scenario: expected sum, abort, leave, differ or lose, received {}",
                         scenario);
}

}  // namespace
}  // namespace tricorn::comm

int main(int argc, char** argv) {
  auto world = tricorn::comm::JoinMpiWorld();
  if (!world.ok()) {
    std::fprintf(stderr, "%s\n", world.status().ToString().c_str());
    return 1;
  }
  const int rank = (*world)->rank();
  const absl::Status status = tricorn::comm::Run(**world, argc > 1 ? argv[1] : "", argc, argv);
  if (status.ok()) std::printf("rank %d: as expected\n", rank);
  if (!status.ok()) std::printf("rank %d: %s\n", rank, status.ToString().c_str());
  std::fflush(stdout);
  world->reset();
  return status.ok() ? 0 : 1;
}
