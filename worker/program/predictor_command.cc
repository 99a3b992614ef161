#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <memory>
#include <new>
#include <string>
#include <thread>

#include "core/base/log.h"
#include "core/base/status.h"
#include "proto/rpc/status.h"
#include "worker/predictor/predictor.h"
#include "worker/process/exit_code.h"
#include "worker/process/inherited.h"
#include "worker/program/commands.h"
#include "worker/trainer/failure.h"

namespace tricorn::worker {
namespace {

absl::Status Predict(const ChildOptions& options, const Engines& engines, const Logger& logger,
                     const Notification& stop) {
  ASSIGN_OR_RETURN(const std::string input, ReadInput());
  v1::Assignment assignment;
  if (!assignment.ParseFromString(input) || !assignment.has_predictor()) {
    return InvalidArgument("input: expected a predictor's assignment, received {} other bytes",
                           input.size());
  }
  ASSIGN_OR_RETURN(const auto credentials, rpc::ChannelCredentialsFor(options.tls));
  PredictorOptions predictor;
  predictor.worker_id = options.worker_id;
  predictor.incarnation = options.incarnation;
  predictor.listen = options.listen;
  predictor.address = options.address;
  predictor.tls = options.tls;
  predictor.insecure = options.insecure;
  predictor.stop_grace = absl::Seconds(options.stop_grace_s);
  predictor.cache_directory = options.cache_directory;
  predictor.cache_limit_bytes = options.cache_limit_bytes;
  try {
    return RunPredictor(
        Env::Posix(), assignment, rpc::MakeChannel(options.coordinator, credentials), predictor,
        engines.model_loader(options.engine()), logger.With({"assignment", assignment.id()}),
        [&](const PredictorStats& stats) {
          if (const absl::Status status = WriteStatus(ToJson(stats).Dump()); !status.ok()) {
            logger.Warning("statistics are not exported", {{"error", status.ToString()}});
          }
        },
        stop);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(
        "memory: expected enough for the model, received a refusal");
  }
}

}  // namespace

int PredictorCommand(const ChildOptions& options, const Engines& engines) {
  prctl(PR_SET_NAME, "tricorn-predict");
  const Logger logger = Logger::ToStderr("tricorn-predictor").With({"worker", options.worker_id});
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // Outlives this call, as the thread does.
  auto* stop = new Notification;
  std::thread([signals, stop] {
    int number = 0;
    sigwait(&signals, &number);
    stop->Notify();
  }).detach();
  const absl::Status status = Predict(options, engines, logger, *stop);
  if (status.ok()) return kExitDone;
  if (rpc::IsStaleGeneration(status)) return kExitReplaced;
  logger.Error("ended", {{"error", status.ToString()}});
  WriteLastWords(FailureOf(status).SerializeAsString()).IgnoreError();
  return kExitFailed;
}

}  // namespace tricorn::worker
