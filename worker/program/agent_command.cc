#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "core/base/json.h"
#include "core/base/log.h"
#include "worker/agent/agent.h"
#include "worker/process/exit_code.h"
#include "worker/program/commands.h"

namespace tricorn::worker {

int AgentCommand(AgentOptions options) {
  const Logger logger = Logger::ToStderr("tricorn-worker").With({"worker", options.worker_id});
  // Signals wait for the thread below; children start with none blocked.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  absl::StatusOr<std::unique_ptr<Agent>> agent = Agent::Create(std::move(options), logger);
  if (!agent.ok()) {
    std::fprintf(stderr, "tricorn-worker: %s\n", std::string(agent.status().message()).c_str());
    return kExitFailed;
  }
  // For whoever started us with port 0.
  std::printf("%s\n", Json::MakeObject({{"address", (*agent)->address()},
                                        {"http_address", (*agent)->http_address()}})
                          .Dump()
                          .c_str());
  std::fflush(stdout);
  std::thread([&] {
    int number = 0;
    sigwait(&signals, &number);
    logger.Info("stopping", {{"signal", number}});
    std::thread([&] {
      int again = 0;
      sigwait(&signals, &again);
      _exit(128 + again);
    }).detach();
    (*agent)->Stop();
  }).detach();
  const absl::Status status = (*agent)->Run();
  if (!status.ok()) {
    std::fprintf(stderr, "tricorn-worker: %s\n", std::string(status.message()).c_str());
  }
  _exit(status.ok() ? kExitDone : kExitFailed);  // the threads above still use the agent
}

}  // namespace tricorn::worker
