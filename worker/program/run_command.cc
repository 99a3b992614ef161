#include <algorithm>
#include <cstdio>
#include <memory>
#include <new>
#include <string>
#include <thread>

#include "core/base/log.h"
#include "core/base/status.h"
#include "core/comm/group_plan.h"
#include "core/comm/local/local_group.h"
#include "core/comm/mpi_world.h"
#include "worker/process/exit_code.h"
#include "worker/program/commands.h"
#include "worker/standalone/job_file.h"
#include "worker/standalone/run_job.h"

namespace tricorn::worker {
namespace {

absl::StatusOr<std::unique_ptr<comm::Communicator>> ConnectAlone(comm::ShardRange shards,
                                                                 int total_shards) {
  ASSIGN_OR_RETURN(const comm::GroupPlan plan, comm::GroupPlan::OfRanks(total_shards, {shards}));
  return comm::MakeCommunicator(std::move(comm::MakeLocalGroups(plan).front()));
}

void Print(const Json& line) {
  std::printf("%s\n", line.Dump().c_str());
  std::fflush(stdout);
}

absl::Status Run(const RunOptions& options, const Engines& engines, comm::MpiWorld* world,
                 const Logger& logger) {
  ASSIGN_OR_RETURN(const JobFile job, ReadJobFile(Env::Posix(), options.job_file));
  const int ranks_here = world == nullptr ? 1 : world->local_size();
  const int all_threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  JobRank self{.connect = ConnectAlone};
  self.threads = options.threads > 0 ? options.threads : std::max(1, all_threads / ranks_here);
  if (world != nullptr) {
    self.rank = world->rank();
    self.size = world->size();
    self.connect = [world](comm::ShardRange shards, int total_shards) {
      return world->Connect(shards, total_shards);
    };
  }
  const std::unique_ptr<Engine> engine =
      engines.make_engine({.plugin_directory = options.plugin_directory,
                           .device = options.device,
                           .trace_directory = options.trace_directory,
                           .allow_tf32 = options.allow_tf32});
  try {
    return RunJob(Env::Posix(), job, self, *engine, logger, Print);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(
        "memory: expected enough for the model and its batches, received a refusal");
  }
}

absl::Status RunInWorld(const RunOptions& options, const Engines& engines, const Logger& logger) {
  if (!options.under_mpirun) return Run(options, engines, nullptr, logger);
  ASSIGN_OR_RETURN(const auto world, comm::JoinMpiWorld());
  return Run(options, engines, world.get(), logger.With({"rank", world->rank()}));
}

}  // namespace

int RunCommand(const RunOptions& options, const Engines& engines) {
  const Logger logger = Logger::ToStderr("tricorn-worker");
  const absl::Status status = RunInWorld(options, engines, logger);
  if (status.ok()) return kExitDone;
  logger.Error("ended", {{"error", status.ToString()}});
  return kExitFailed;
}

}  // namespace tricorn::worker
