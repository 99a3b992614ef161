#include "worker/agent/agent.h"

#include <fcntl.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <sys/file.h>
#include <unistd.h>

#include <cctype>
#include <random>
#include <set>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "core/base/env.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/base/version.h"
#include "worker/agent/agent_metrics.h"
#include "worker/agent/assignment_process.h"
#include "worker/agent/coordinator_link.h"
#include "worker/agent/devices.h"
#include "worker/process/supervisor.h"
#include "worker/process/unique_fd.h"

namespace tricorn::worker {
namespace {

constexpr absl::Duration kLeaveTimeout = absl::Seconds(3);

absl::Status CheckWorkerId(std::string_view id) {
  auto is_inner = [](unsigned char c) {
    return std::islower(c) || std::isdigit(c) || c == '.' || c == '_' || c == '-';
  };
  bool good = !id.empty() && id.size() <= 63 && std::isalnum(static_cast<unsigned char>(id[0]));
  for (const char c : id) good = good && is_inner(static_cast<unsigned char>(c));
  if (good) return absl::OkStatus();
  return InvalidArgument("worker id: expected [a-z0-9][a-z0-9._-]{{0,62}}, received '{}'", id);
}

// Holds the data directory for this agent alone, and empties what processes of an earlier one left.
absl::StatusOr<UniqueFd> TakeDataDirectory(const std::string& path) {
  Env& env = Env::Posix();
  RETURN_IF_ERROR(env.MakeDirectories(path));
  const std::string lock_path = JoinPath(path, "lock");
  UniqueFd lock(open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (lock.get() < 0 || flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return FailedPrecondition(
        "{}: expected a data directory that this agent alone uses, received one that is locked or "
        "cannot be written",
        path);
  }
  RETURN_IF_ERROR(env.RemoveRecursively(JoinPath(path, "processes")));
  return lock;
}

std::string NewIncarnation() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

v1::RegisterRequest Introduce(const AgentOptions& options, const DeviceOffer& offer,
                              const std::string& incarnation) {
  v1::RegisterRequest self;
  self.set_worker_id(options.worker_id);
  self.set_incarnation(incarnation);
  self.mutable_capacity()->set_slots(options.slots);
  self.mutable_capacity()->set_predictor_slots(options.predictor_slots);
  self.mutable_capacity()->set_threads(options.host.threads);
  self.mutable_capacity()->set_memory_bytes(options.host.memory_bytes);
  self.set_host_id(options.host.id);
  self.set_address(options.address);
  self.set_version(std::string(Version()));
  self.mutable_capacity()->set_gpus(offer.gpus());
  self.add_backends("cpu");
  if (offer.gpus() > 0) self.add_backends("cuda");
  return self;
}

}  // namespace

struct Agent::Impl {
  Impl(AgentOptions options_, Logger logger_, UniqueFd lock,
       std::shared_ptr<grpc::Channel> channel_)
      : options(std::move(options_)),
        logger(std::move(logger_)),
        data_directory_lock(std::move(lock)),
        incarnation(NewIncarnation()),
        offer(OfferDevices(options.device, options.visible_gpus, options.gpu_share)),
        devices(offer.names),
        channel(std::move(channel_)),
        supervisor({.on_exit = [this](const ProcessExit& exit) { OnExit(exit); },
                    .on_line = [this](const ProcessSpec& spec,
                                      std::string_view line) { OnLine(spec, line); }}),
        link(channel, Introduce(options, offer, incarnation),
             {.on_registered =
                  [this](const v1::RegisterResponse& response) {
                    if (!response.has_stop_grace()) return;
                    supervisor.SetStopGrace(absl::Seconds(response.stop_grace().seconds()) +
                                            absl::Nanoseconds(response.stop_grace().nanos()));
                  },
              .on_replaced = [this](const absl::Status& status) { EndBecause(status); },
              .on_assignments = [this](const v1::AssignmentSet& set) { OnAssignments(set); },
              .running_assignment_ids = [this] { return RunningIds(); }},
             logger) {}

  void EndBecause(const absl::Status& status) {
    logger.Error("another agent has this one's id", {{"error", status.ToString()}});
    {
      MutexLock lock(&mu);
      end = status;
    }
    supervisor.Shutdown();
  }
  void OnAssignments(const v1::AssignmentSet& set) {
    std::set<std::string> ids;
    for (const v1::Assignment& assignment : set.assignments()) ids.insert(assignment.id());
    devices.SetAssignments(ids);
    std::vector<ProcessSpec> wanted;
    for (const v1::Assignment& assignment : set.assignments()) {
      wanted.push_back(ProcessFor(assignment, options, incarnation, devices.Of(assignment.id()),
                                  supervisor.stop_grace()));
    }
    logger.Info("assignments",
                {{"revision", set.revision()}, {"count", static_cast<int64_t>(wanted.size())}});
    supervisor.SetWanted(std::move(wanted));
  }
  void OnExit(const ProcessExit& exit) {
    logger.Info("process ended", {{"assignment", exit.id},
                                  {"exit_code", exit.exit_code},
                                  {"requested", exit.requested},
                                  {"why", exit.message}});
    metrics->CountExit(exit);
    const std::string scratch = ScratchDirectory(exit.id, options);
    if (const absl::Status removed = Env::Posix().RemoveRecursively(scratch); !removed.ok()) {
      logger.Warning("scratch directory stays", {{"error", removed.ToString()}});
    }
    if (!exit.requested) link.ReportExit(ReportOf(exit));
  }
  // Lines of the project's own logger pass as they are; others become lines of it.
  void OnLine(const ProcessSpec& spec, std::string_view line) {
    if (line.starts_with("{\"time\":") && line.ends_with('}')) {
      const std::string text = std::string(line) + '\n';
      if (write(STDERR_FILENO, text.data(), text.size()) >= 0) return;
    }
    logger.Info(line, {{"assignment", spec.id}});
  }
  std::vector<std::string> RunningIds() {
    std::vector<std::string> ids;
    for (Supervisor::Running& process : supervisor.running()) ids.push_back(std::move(process.id));
    return ids;
  }

  const AgentOptions options;
  const Logger logger;
  const UniqueFd data_directory_lock;
  const std::string incarnation;
  const DeviceOffer offer;
  Devices devices;  // of the thread that hears of assignments
  const std::shared_ptr<grpc::Channel> channel;
  Supervisor supervisor;
  CoordinatorLink link;
  Mutex mu;
  absl::Status end ABSL_GUARDED_BY(mu);  // of Run
  std::unique_ptr<AgentMetrics> metrics;
  int port = 0;
  std::unique_ptr<grpc::Server> server;
};

absl::StatusOr<std::unique_ptr<Agent>> Agent::Create(AgentOptions options, Logger logger) {
  RETURN_IF_ERROR(CheckWorkerId(options.worker_id));
  RETURN_IF_ERROR(rpc::CheckPlainListener(options.http_listen, options.insecure));
  ASSIGN_OR_RETURN(auto server_credentials,
                   rpc::ServerCredentialsFor(options.listen, options.tls, options.insecure));
  ASSIGN_OR_RETURN(auto channel_credentials, rpc::ChannelCredentialsFor(options.tls));
  ASSIGN_OR_RETURN(UniqueFd lock, TakeDataDirectory(options.data_dir));
  const std::string listen = options.listen;
  const std::string host = listen.substr(0, listen.rfind(':'));
  if (options.address.empty()) options.address = host;

  auto impl = std::make_unique<Impl>(std::move(options), std::move(logger), std::move(lock),
                                     rpc::MakeChannel(options.coordinator, channel_credentials));
  Impl& self = *impl;
  ASSIGN_OR_RETURN(self.metrics, AgentMetrics::Listen(
                                     self.options.http_listen,
                                     {.running = [&self] { return self.supervisor.running(); },
                                      .registered = [&self] { return self.link.registered(); }}));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  rpc::ConfigureServer(builder);
  builder.AddListeningPort(listen, server_credentials, &self.port);
  self.server = builder.BuildAndStart();
  if (self.server == nullptr || self.port == 0) {
    return Unavailable("listen {}: expected a free host:port, received one that cannot be bound",
                       listen);
  }
  return std::unique_ptr<Agent>(new Agent(std::move(impl)));
}

Agent::Agent(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Agent::~Agent() = default;

absl::Status Agent::Run() {
  Impl& self = *impl_;
  self.logger.Info("agent started", {{"listen", address()},
                                     {"metrics", http_address()},
                                     {"coordinator", self.options.coordinator},
                                     {"device", self.offer.description},
                                     {"incarnation", self.incarnation}});
  self.link.Start();
  self.supervisor.Run();
  self.logger.Info("agent stopped");
  MutexLock lock(&self.mu);
  return self.end;
}

void Agent::Stop() {
  impl_->link.Leave(kLeaveTimeout);
  impl_->supervisor.Shutdown();
}

std::string Agent::address() const {
  const std::string& listen = impl_->options.listen;
  return fmt::format("{}:{}", listen.substr(0, listen.rfind(':')), impl_->port);
}

std::string Agent::http_address() const { return impl_->metrics->address(); }

}  // namespace tricorn::worker
