// tricorn-worker: the agent of one machine, and the processes that it starts.
//
// Exit codes: worker/process/exit_code.h.

#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>
#include <thread>

#include "core/base/env.h"
#include "core/base/log.h"
#include "core/base/status.h"
#include "core/base/version.h"
#include "worker/agent/agent.h"
#include "worker/process/exit_code.h"

namespace tricorn::worker {
namespace {

std::string HostName() {
  char name[64] = "worker";
  gethostname(name, sizeof(name) - 1);
  std::string id(name);
  for (char& c : id) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return id;
}

int Fail(const Logger& logger, const absl::Status& status) {
  logger.Error("cannot go on", {{"error", status.ToString()}});
  std::cerr << "tricorn-worker: " << status.message() << "\n";
  return kExitFailed;
}

int RunAgent(AgentOptions options) {
  const Logger logger = Logger::ToStderr("tricorn-worker").With({"worker", options.worker_id});
  // Signals wait for the thread below; children start with none blocked.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  absl::StatusOr<std::unique_ptr<Agent>> agent = Agent::Create(std::move(options), logger);
  if (!agent.ok()) return Fail(logger, agent.status());
  std::thread([&] {
    int number = 0;
    sigwait(&signals, &number);
    logger.Info("stopping", {{"signal", number}});
    (*agent)->Stop();
    // A second signal does not wait for good order.
    sigwait(&signals, &number);
    _exit(128 + number);
  }).detach();
  (*agent)->Run();
  std::cerr.flush();
  _exit(kExitDone);  // the thread above still uses the agent
}

int Main(int argc, char** argv) {
  CLI::App app(
      "Offers this machine to a Tricorn coordinator and runs the training and prediction processes "
      "that it assigns.\n\nExample:\n  tricorn-worker --coordinator 127.0.0.1:7470 --data-dir "
      "/var/lib/tricorn-worker\n",
      "tricorn-worker");
  app.set_version_flag("--version", std::string(Version()));
  app.require_subcommand(0, 1);
  app.fallthrough();

  AgentOptions options;
  options.host = DescribeHost();
  options.worker_id = HostName();
  auto* agent = app.add_subcommand("agent", "The default: offer this machine.");
  (void)agent;
  app.add_option("--coordinator", options.coordinator, "host:port of the coordinator")->required();
  app.add_option("--id", options.worker_id, "This worker's name, [a-z0-9][a-z0-9._-]{0,62}")
      ->capture_default_str();
  app.add_option("--threads", options.host.threads,
                 "Threads to compute with, all trainers together")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  app.add_option("--slots", options.slots, "Training processes at a time")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  app.add_option("--predictor-slots", options.predictor_slots, "Prediction processes beside them")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  app.add_option("--memory-bytes", options.host.memory_bytes,
                 "Memory to offer; a process without a limit of its own gets this one")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--listen", options.listen, "Where to answer health checks")
      ->capture_default_str();
  app.add_option("--http-listen", options.http_listen, "Where to serve /metrics")
      ->capture_default_str();
  app.add_option("--address", options.address,
                 "Host under which other workers reach this one [the host of --listen]");
  app.add_option("--host-id", options.host.id,
                 "Equal on workers that share memory [found out from the system]");
  app.add_option("--data-dir", options.data_dir, "Cache and scratch files, of this agent alone")
      ->required();
  app.add_option("--cache-limit-bytes", options.cache_limit_bytes, "Size of the cache of blobs")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--tls-ca", options.tls.ca, "PEM file: whom to trust");
  app.add_option("--tls-certificate", options.tls.certificate, "PEM file: this worker's");
  app.add_option("--tls-key", options.tls.key, "PEM file: its private key");
  app.add_flag("--insecure", options.insecure, "Listen beyond loopback without TLS");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? kExitDone : kExitUsage;
  }
  return RunAgent(std::move(options));
}

}  // namespace
}  // namespace tricorn::worker

int main(int argc, char** argv) { return tricorn::worker::Main(argc, argv); }
