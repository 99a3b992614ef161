#include <sys/prctl.h>
#include <unistd.h>

#include <new>
#include <string>

#include "core/base/log.h"
#include "core/base/status.h"
#include "proto/rpc/status.h"
#include "worker/process/exit_code.h"
#include "worker/process/inherited.h"
#include "worker/program/commands.h"
#include "worker/trainer/failure.h"
#include "worker/trainer/trainer.h"

namespace tricorn::worker {
namespace {

absl::Status Train(const ChildOptions& options, const Engines& engines, const Logger& logger) {
  ASSIGN_OR_RETURN(const std::string input, ReadInput());
  v1::Assignment assignment;
  if (!assignment.ParseFromString(input) || !assignment.has_trainer()) {
    return InvalidArgument("input: expected a trainer's assignment, received {} other bytes",
                           input.size());
  }
  ASSIGN_OR_RETURN(const auto credentials, rpc::ChannelCredentialsFor(options.tls));
  TrainerOptions trainer;
  trainer.address = options.address;
  trainer.threads = options.threads;
  trainer.cache_directory = options.cache_directory;
  trainer.cache_limit_bytes = options.cache_limit_bytes;
  trainer.scratch_directory = options.scratch_directory;
  const std::unique_ptr<Engine> engine = engines.make_engine(options.engine());
  try {
    return RunTrainer(Env::Posix(), assignment, rpc::MakeChannel(options.coordinator, credentials),
                      trainer, *engine, logger.With({"assignment", assignment.id()}),
                      [] { _exit(kExitReplaced); });
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(
        "memory: expected enough for the model and its batches, received a refusal");
  }
}

}  // namespace

int TrainerCommand(const ChildOptions& options, const Engines& engines) {
  prctl(PR_SET_NAME, "tricorn-trainer");
  const Logger logger = Logger::ToStderr("tricorn-trainer").With({"worker", options.worker_id});
  const absl::Status status = Train(options, engines, logger);
  if (status.ok()) return kExitDone;
  if (rpc::IsStaleGeneration(status)) return kExitReplaced;
  logger.Error("ended", {{"error", status.ToString()}});
  WriteLastWords(FailureOf(status).SerializeAsString()).IgnoreError();
  return kExitFailed;
}

}  // namespace tricorn::worker
