#include "worker/agent/coordinator_link.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/backoff.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "proto/rpc/status.h"
#include "proto/rpc/transport.h"
#include "tricorn/v1/worker.grpc.pb.h"

namespace tricorn::worker {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(5);
constexpr absl::Duration kMinRetry = absl::Milliseconds(100);
constexpr absl::Duration kMaxRetry = absl::Seconds(2);

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

Json Text(const absl::Status& status) { return Json(status.ToString()); }

}  // namespace

struct CoordinatorLink::Stubs {
  explicit Stubs(const std::shared_ptr<grpc::Channel>& to)
      : channel(to), worker(v1::WorkerService::NewStub(to)) {}
  const std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::WorkerService::Stub> worker;

  // One unary call, listed in the link's calls_ while it is in flight.
  template <typename Request, typename Response>
  absl::Status Call(CoordinatorLink& link,
                    grpc::Status (v1::WorkerService::Stub::*method)(grpc::ClientContext*,
                                                                    const Request&, Response*),
                    const Request& request, Response* response, absl::Duration timeout) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(timeout));
    {
      MutexLock lock(&link.mu_);
      if (link.stopped_) return absl::CancelledError("stopping");
      link.calls_.push_back(&context);
    }
    const grpc::Status status = (worker.get()->*method)(&context, request, response);
    MutexLock lock(&link.mu_);
    std::erase(link.calls_, &context);
    return rpc::FromGrpc(status);
  }
};

CoordinatorLink::CoordinatorLink(const std::shared_ptr<grpc::Channel>& channel,
                                 v1::RegisterRequest self, Events events, Logger logger)
    : stubs_(std::make_unique<Stubs>(channel)),
      self_(std::move(self)),
      events_(std::move(events)),
      logger_(std::move(logger)) {}

CoordinatorLink::~CoordinatorLink() { Stop(); }

void CoordinatorLink::Start() {
  MutexLock lock(&mu_);
  if (stopped_) return;
  threads_.emplace_back([this] { KeepLease(); });
  threads_.emplace_back([this] { WatchAssignments(); });
  threads_.emplace_back([this] { ReportExits(); });
}

void CoordinatorLink::ReportExit(v1::ReportExitRequest exit) {
  exit.set_worker_id(self_.worker_id());
  exit.set_incarnation(self_.incarnation());
  MutexLock lock(&mu_);
  exits_.push_back(std::move(exit));
}

bool CoordinatorLink::registered() const {
  MutexLock lock(&mu_);
  return registered_;
}

void CoordinatorLink::Leave(absl::Duration timeout) {
  Stop();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(timeout));
  v1::DeregisterRequest request;
  request.set_worker_id(self_.worker_id());
  request.set_incarnation(self_.incarnation());
  v1::DeregisterResponse response;
  const absl::Status status =
      rpc::FromGrpc(stubs_->worker->Deregister(&context, request, &response));
  if (!status.ok()) {
    logger_.Warning("left without the coordinator's knowing", {{"error", Text(status)}});
  }
}

void CoordinatorLink::KeepLease() {
  Backoff backoff(kMinRetry, kMaxRetry, std::hash<std::string>()(self_.incarnation()));
  bool said_why = false;
  while (!stopped()) {
    const bool was_registered = registered();
    const absl::Status status = was_registered ? Heartbeat() : Register();
    if (stopped()) return;
    absl::Duration delay;
    if (status.ok()) {
      if (std::exchange(said_why, false)) logger_.Info("the coordinator answers again");
      backoff.Reset();
      MutexLock lock(&mu_);
      delay = heartbeat_interval_;
    } else if (rpc::IsStaleGeneration(status)) {
      events_.on_replaced(status);
      return;
    } else if (absl::IsNotFound(status) && was_registered) {
      logger_.Warning("the coordinator does not know this worker: registering again",
                      {{"error", Text(status)}});
      continue;  // Heartbeat has forgotten the registration
    } else {
      if (!std::exchange(said_why, true)) {
        logger_.Warning("the coordinator does not answer: trying on", {{"error", Text(status)}});
      }
      delay = backoff.Next();
    }
    if (!Pause(delay)) return;
  }
}

absl::Status CoordinatorLink::Register() {
  v1::RegisterResponse response;
  RETURN_IF_ERROR(
      stubs_->Call(*this, &v1::WorkerService::Stub::Register, self_, &response, kCallTimeout));
  events_.on_registered(response);
  {
    MutexLock lock(&mu_);
    const absl::Duration interval = FromProto(response.heartbeat_interval());
    heartbeat_interval_ = std::clamp(interval, absl::Milliseconds(10), absl::Minutes(1));
    ++registration_;
    registered_ = true;
  }
  logger_.Info("registered", {{"name", response.worker().name()}});
  return absl::OkStatus();
}

absl::Status CoordinatorLink::Heartbeat() {
  int64_t registration;
  {
    MutexLock lock(&mu_);
    registration = registration_;
  }
  v1::HeartbeatRequest request;
  request.set_worker_id(self_.worker_id());
  request.set_incarnation(self_.incarnation());
  for (std::string& id : events_.running_assignment_ids()) {
    request.add_running_assignment_ids(std::move(id));
  }
  v1::HeartbeatResponse response;
  const absl::Status status =
      stubs_->Call(*this, &v1::WorkerService::Stub::Heartbeat, request, &response, kCallTimeout);
  if (absl::IsNotFound(status)) Forget(registration);
  return status;
}

void CoordinatorLink::WatchAssignments() {
  Backoff backoff(kMinRetry, kMaxRetry, std::hash<std::string>()(self_.worker_id()));
  while (!stopped()) {
    int64_t registration;
    {
      MutexLock lock(&mu_);
      auto known = [this] {
        mu_.AssertHeld();
        return registered_ || stopped_;
      };
      mu_.Await(known);
      if (stopped_) return;
      registration = registration_;
    }
    const absl::Time began = absl::Now();
    const absl::Status status = ReadStream(registration);
    if (absl::IsNotFound(status)) Forget(registration);
    if (absl::Now() - began > kMaxRetry) backoff.Reset();
    if (!Pause(backoff.Next())) return;
  }
}

absl::Status CoordinatorLink::ReadStream(int64_t registration) {
  grpc::ClientContext context;
  {
    MutexLock lock(&mu_);
    if (stopped_) return absl::CancelledError("stopping");
    calls_.push_back(&context);
  }
  v1::WatchAssignmentsRequest request;
  request.set_worker_id(self_.worker_id());
  request.set_incarnation(self_.incarnation());
  auto stream = stubs_->worker->WatchAssignments(&context, request);
  v1::AssignmentSet set;
  // A new stream begins with the present set, so revisions are compared within one stream only.
  int64_t revision = -1;
  while (stream->Read(&set)) {
    {
      MutexLock lock(&mu_);
      if (stopped_ || registration_ != registration) break;
    }
    if (set.revision() < revision) continue;
    revision = set.revision();
    events_.on_assignments(set);
  }
  context.TryCancel();
  const absl::Status status = rpc::FromGrpc(stream->Finish());
  MutexLock lock(&mu_);
  std::erase(calls_, &context);
  return status;
}

void CoordinatorLink::ReportExits() {
  Backoff backoff(kMinRetry, kMaxRetry, std::hash<std::string>()(self_.incarnation()) + 1);
  while (true) {
    v1::ReportExitRequest exit;
    {
      MutexLock lock(&mu_);
      auto news = [this] {
        mu_.AssertHeld();
        return stopped_ || (registered_ && !exits_.empty());
      };
      mu_.Await(news);
      if (stopped_) return;
      exit = exits_.front();
    }
    v1::ReportExitResponse response;
    const absl::Status status =
        stubs_->Call(*this, &v1::WorkerService::Stub::ReportExit, exit, &response, kCallTimeout);
    if (status.ok() || absl::IsNotFound(status) || absl::IsInvalidArgument(status)) {
      if (!status.ok()) {
        logger_.Warning("the coordinator does not want to know of an exit",
                        {{"assignment", exit.assignment_id()}, {"error", Text(status)}});
      }
      backoff.Reset();
      MutexLock lock(&mu_);
      exits_.pop_front();
    } else if (!Pause(backoff.Next())) {
      return;
    }
  }
}

bool CoordinatorLink::Pause(absl::Duration delay) {
  const absl::Time end = absl::Now() + delay;
  if (rpc::AwaitReconnection(*stubs_->channel, end, [this] { return stopped(); })) return true;
  MutexLock lock(&mu_);
  mu_.AwaitWithDeadline(
      [this] {
        mu_.AssertHeld();
        return stopped_;
      },
      end);
  return !stopped_;
}

bool CoordinatorLink::stopped() const {
  MutexLock lock(&mu_);
  return stopped_;
}

void CoordinatorLink::Forget(int64_t registration) {
  MutexLock lock(&mu_);
  if (registration_ == registration) registered_ = false;
}

void CoordinatorLink::Stop() {
  std::vector<std::thread> threads;
  {
    MutexLock lock(&mu_);
    stopped_ = true;
    for (grpc::ClientContext* call : calls_) call->TryCancel();
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace tricorn::worker
