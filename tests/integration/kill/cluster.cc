#include "tests/integration/kill/cluster.h"

#include <arpa/inet.h>
#include <grpcpp/grpcpp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/env.h"
#include "core/base/status.h"
#include "proto/blob/blob_client.h"
#include "proto/rpc/retry.h"
#include "proto/rpc/transport.h"
#include "proto/rpc/unary.h"
#include "tests/integration/kill/kill_process.h"
#include "tricorn/v1/job.grpc.pb.h"
#include "tricorn/v1/model.grpc.pb.h"

namespace tricorn::tests {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(10);
constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr absl::Duration kPollInterval = absl::Milliseconds(50);

int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  CHECK(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  CHECK(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  close(fd);
  return ntohs(address.sin_port);
}

template <typename Stub, typename Context, typename Request, typename Response>
absl::StatusOr<Response> Call(grpc::Channel& channel, Stub& stub,
                              grpc::Status (Stub::*method)(Context*, const Request&, Response*),
                              const Request& request) {
  rpc::RetryPolicy policy;
  policy.channel = &channel;
  policy.give_up = absl::Now() + kPatience;
  Response response;
  RETURN_IF_ERROR(rpc::WithRetry(
      policy, [&] { return rpc::Unary(stub, method, request, &response, kCallTimeout); }));
  return response;
}

// Processes whose parent is `pid`, by /proc.
std::vector<int> ChildrenOf(int pid) {
  std::vector<int> children;
  std::ifstream file(fmt::format("/proc/{0}/task/{0}/children", pid));
  for (int child; file >> child;) children.push_back(child);
  return children;
}

bool IsTrainer(int pid) {
  std::ifstream file(fmt::format("/proc/{}/cmdline", pid));
  std::string program, command;
  std::getline(file, program, '\0');
  std::getline(file, command, '\0');
  return command == "trainer";
}

}  // namespace

struct Cluster::Stubs {
  explicit Stubs(const std::shared_ptr<grpc::Channel>& to)
      : channel(to),
        jobs(v1::JobService::NewStub(to)),
        models(v1::ModelService::NewStub(to)),
        blobs(to, kPatience) {}
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::JobService::Stub> jobs;
  std::unique_ptr<v1::ModelService::Stub> models;
  BlobClient blobs;
};

Cluster::Cluster(const ClusterOptions& options)
    : options_(options),
      address_(fmt::format("127.0.0.1:{}", FreePort())),
      agents_(static_cast<size_t>(options.num_workers)),
      stubs_(std::make_unique<Stubs>(
          rpc::MakeChannel(address_, rpc::ChannelCredentialsFor({}).value()))) {
  StartCoordinator();
  for (int i = 0; i < options.num_workers; ++i) StartAgent(i);
}

Cluster::~Cluster() = default;

std::string Cluster::LogPath(const std::string& name) const {
  return JoinPath(options_.directory, name + ".log");
}

std::unique_ptr<worker::ChildProcess> Cluster::Start(const std::string& name,
                                                     const std::string& program,
                                                     std::vector<std::string> arguments) {
  worker::ProcessSpec spec;
  spec.id = name;
  spec.program = "/bin/sh";
  spec.argv = {"sh", "-c", "exec \"$@\" >>\"$0\" 2>&1", LogPath(name), program};
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  spec.argv.push_back("--data-dir=" + JoinPath(options_.directory, name));
  auto process = worker::ChildProcess::Start(spec);
  CHECK(process.ok());
  return *std::move(process);
}

void Cluster::StartCoordinator() {
  coordinator_ = Start("coordinator", options_.coordinator_program,
                       {"--listen=" + address_, "--http-listen=127.0.0.1:0",
                        fmt::format("--lease={}", options_.lease_seconds)});
}

void Cluster::StartAgent(int index) {
  const std::string name = fmt::format("worker-{}", index);
  agents_[static_cast<size_t>(index)] = Start(
      name, options_.worker_program, {"--coordinator=" + address_, "--id=" + name, "--threads=1"});
}

absl::Status Cluster::KillCoordinator() {
  const absl::Status killed = KillRunningProcess(coordinator_->pid());
  coordinator_.reset();
  return killed;
}

absl::Status Cluster::KillAgent(int index) {
  std::unique_ptr<worker::ChildProcess>& agent = agents_[static_cast<size_t>(index)];
  const absl::Status killed = KillRunningProcess(agent->pid());
  agent.reset();
  return killed;
}

std::vector<int> Cluster::TrainerPids() const {
  std::vector<int> pids;
  for (const auto& agent : agents_) {
    if (agent == nullptr) continue;
    for (const int pid : ChildrenOf(agent->pid())) {
      if (IsTrainer(pid)) pids.push_back(pid);
    }
  }
  return pids;
}

absl::StatusOr<std::string> Cluster::Upload(const std::string& content) {
  return stubs_->blobs.Upload(content);
}

absl::StatusOr<v1::Job> Cluster::CreateJob(const v1::CreateJobRequest& request) {
  return Call(*stubs_->channel, *stubs_->jobs, &v1::JobService::Stub::CreateJob, request);
}

absl::StatusOr<v1::Job> Cluster::GetJob(const std::string& name) {
  v1::GetJobRequest request;
  request.set_name(name);
  return Call(*stubs_->channel, *stubs_->jobs, &v1::JobService::Stub::GetJob, request);
}

absl::StatusOr<v1::ModelVersion> Cluster::GetModelVersion(const std::string& name) {
  v1::GetModelVersionRequest request;
  request.set_name(name);
  return Call(*stubs_->channel, *stubs_->models, &v1::ModelService::Stub::GetModelVersion, request);
}

absl::StatusOr<std::string> Cluster::Download(const std::string& blob) {
  const std::string path = JoinPath(options_.directory, "download");
  ASSIGN_OR_RETURN(auto file, Env::Posix().NewWritableFile(path));
  RETURN_IF_ERROR(stubs_->blobs.Download(blob, *file));
  RETURN_IF_ERROR(file->Close());
  return Env::Posix().ReadFile(path);
}

absl::StatusOr<v1::Job> Cluster::WaitForJob(const std::string& name, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (true) {
    ASSIGN_OR_RETURN(v1::Job job, GetJob(name));
    if (job.state() == v1::JOB_STATE_SUCCEEDED || job.state() == v1::JOB_STATE_FAILED ||
        job.state() == v1::JOB_STATE_CANCELLED) {
      return job;
    }
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError(fmt::format("{}: expected an end within {}, received {}",
                                                     name, absl::FormatDuration(timeout),
                                                     job.ShortDebugString()));
    }
    absl::SleepFor(kPollInterval);
  }
}

std::string Cluster::Logs() const {
  std::string logs;
  for (size_t i = 0; i <= agents_.size(); ++i) {
    const std::string name = i == 0 ? "coordinator" : fmt::format("worker-{}", i - 1);
    logs += fmt::format("--- {}\n{}", name, Env::Posix().ReadFile(LogPath(name)).value_or(""));
  }
  return logs;
}

}  // namespace tricorn::tests
