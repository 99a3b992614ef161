#include "client/cli/local/local_cluster.h"

#include <signal.h>

#include <utility>

#include "absl/time/clock.h"
#include "client/lib/client.h"
#include "core/base/env.h"
#include "core/base/json.h"
#include "core/base/status.h"

namespace tricorn::cli {
namespace {

constexpr absl::Duration kStopTimeout = absl::Seconds(5);
constexpr absl::Duration kPoll = absl::Milliseconds(50);

// Sends SIGTERM to all and waits; whoever runs after the timeout is killed.
void StopProcesses(std::vector<std::unique_ptr<LocalProcess>> processes) {
  for (const auto& process : processes) process->Signal(SIGTERM);
  const absl::Time deadline = absl::Now() + kStopTimeout;
  for (const auto& process : processes) {
    while (process->Running() && absl::Now() < deadline) absl::SleepFor(kPoll / 5);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<LocalCluster>> LocalCluster::Start(
    const LocalClusterOptions& options) {
  std::unique_ptr<LocalCluster> cluster(new LocalCluster());
  RETURN_IF_ERROR(cluster->StartAll(options));
  return cluster;
}

LocalCluster::~LocalCluster() {
  std::vector<std::unique_ptr<LocalProcess>> workers;
  while (processes_.size() > 1) {
    workers.push_back(std::move(processes_.back()));
    processes_.pop_back();
  }
  StopProcesses(std::move(workers));
  StopProcesses(std::move(processes_));
}

absl::Status LocalCluster::StartAll(const LocalClusterOptions& options) {
  RETURN_IF_ERROR(Env::Posix().MakeDirectories(options.data_dir));
  const absl::Time deadline = absl::Now() + absl::Seconds(options.start_timeout_s);
  const int http_port = options.port == 0 ? 0 : options.port + 1;
  RETURN_IF_ERROR(StartProcess(options, "coordinator", "tricorn-coordinator",
                               {fmt::format("--listen=127.0.0.1:{}", options.port),
                                fmt::format("--http-listen=127.0.0.1:{}", http_port)}));
  // Ready means that it has printed where it listens.
  const auto read_addresses = [&](LocalProcess& process) -> absl::StatusOr<Json> {
    ASSIGN_OR_RETURN(const std::string line, process.FirstLine(deadline));
    const absl::StatusOr<Json> addresses = Json::Parse(line);
    if (addresses.ok() && (*addresses)["http_address"].is_string()) return addresses;
    return Internal("{}: expected its addresses, received '{}'", process.name(), line);
  };
  ASSIGN_OR_RETURN(const Json coordinator, read_addresses(*processes_[0]));
  if (!coordinator["address"].is_string()) {
    return Internal("coordinator: expected its address, received {}", coordinator.Dump());
  }
  address_ = coordinator["address"].AsString();
  metrics_ = {coordinator["http_address"].AsString()};
  for (int i = 0; i < options.workers; ++i) {
    const std::string id = fmt::format("worker-{}", i);
    RETURN_IF_ERROR(
        StartProcess(options, id, "tricorn-worker",
                     {"--coordinator=" + address_, "--id=" + id, "--http-listen=127.0.0.1:0",
                      fmt::format("--threads={}", options.threads), "--device=" + options.device,
                      fmt::format("--gpu-share={}/{}", i, options.workers)}));
  }
  for (size_t i = 1; i < processes_.size(); ++i) {
    ASSIGN_OR_RETURN(const Json worker, read_addresses(*processes_[i]));
    metrics_.push_back(worker["http_address"].AsString());
  }
  // Kept to the end of the process: gRPC 1.51 now and then aborts ("assertion failed: prior > 0")
  // when a channel that has only just connected is destroyed.
  ASSIGN_OR_RETURN(client::Client connected, client::Client::Connect({.address = address_}));
  const client::Client& client = *new client::Client(std::move(connected));
  while (true) {
    RETURN_IF_ERROR(Check());
    ASSIGN_OR_RETURN(const std::vector<client::Worker> workers, client.ListWorkers());
    int ready = 0;
    for (const client::Worker& worker : workers) ready += worker.state == "ready";
    if (ready >= options.workers) return absl::OkStatus();
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError(
          fmt::format("workers: expected {} to be ready within {} s, received {}", options.workers,
                      options.start_timeout_s, ready));
    }
    absl::SleepFor(kPoll);
  }
}

absl::Status LocalCluster::StartProcess(const LocalClusterOptions& options, const std::string& name,
                                        const std::string& program,
                                        std::vector<std::string> arguments) {
  std::vector<std::string> command = {JoinPath(options.programs, program),
                                      "--data-dir=" + JoinPath(options.data_dir, name)};
  command.insert(command.end(), arguments.begin(), arguments.end());
  ASSIGN_OR_RETURN(auto process,
                   LocalProcess::Start(name, command, JoinPath(options.data_dir, name + ".log")));
  processes_.push_back(std::move(process));
  return absl::OkStatus();
}

absl::Status LocalCluster::Check() {
  for (const auto& process : processes_) {
    if (!process->Running()) return Unavailable("{}", process->Ending());
  }
  return absl::OkStatus();
}

}  // namespace tricorn::cli
