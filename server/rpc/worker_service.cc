#include "core/base/status.h"
#include "server/rpc/services.h"
#include "server/rpc/unary.h"
#include "server/rpc/watch_assignments.h"
#include "server/state/workers.h"
#include "tricorn/v1/worker.grpc.pb.h"

namespace tricorn::server {
namespace {

using View = Coordinator::View;

void Set(google::protobuf::Duration* out, absl::Duration duration) {
  out->set_seconds(absl::ToInt64Seconds(duration));
  out->set_nanos(static_cast<int>(absl::ToInt64Nanoseconds(duration % absl::Seconds(1))));
}

class WorkerService : public tricorn::v1::WorkerService::CallbackService {
 public:
  WorkerService(Coordinator& coordinator, const ServerFacts& facts)
      : coordinator_(coordinator), facts_(facts) {}

  grpc::ServerUnaryReactor* Register(grpc::CallbackServerContext* context,
                                     const tricorn::v1::RegisterRequest* request,
                                     tricorn::v1::RegisterResponse* response) override {
    Event event;
    *event.mutable_register_worker() = *request;
    return Mutate(context, coordinator_, std::move(event),
                  [=, this](const Effects&, const View& view) {
                    const WorkerRecord* record = Find(view.state.workers, request->worker_id());
                    if (record != nullptr) *response->mutable_worker() = record->worker();
                    const absl::Duration lease = facts_.machine.lease_duration;
                    Set(response->mutable_lease_duration(), lease);
                    Set(response->mutable_heartbeat_interval(), lease / 5);
                    Set(response->mutable_stop_grace(), absl::Seconds(2));
                    return absl::OkStatus();
                  });
  }
  grpc::ServerUnaryReactor* Heartbeat(grpc::CallbackServerContext* context,
                                      const tricorn::v1::HeartbeatRequest* request,
                                      tricorn::v1::HeartbeatResponse*) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    coordinator_.Heartbeat(
        request->worker_id(), request->incarnation(),
        {request->running_assignment_ids().begin(), request->running_assignment_ids().end()},
        [reactor](const absl::Status& status) { reactor->Finish(rpc::ToGrpc(status)); });
    return reactor;
  }
  grpc::ServerWriteReactor<tricorn::v1::AssignmentSet>* WatchAssignments(
      grpc::CallbackServerContext*, const tricorn::v1::WatchAssignmentsRequest* request) override {
    return NewAssignmentWatch(coordinator_, *request);
  }
  grpc::ServerUnaryReactor* ReportExit(grpc::CallbackServerContext* context,
                                       const tricorn::v1::ReportExitRequest* request,
                                       tricorn::v1::ReportExitResponse*) override {
    Event event;
    *event.mutable_report_exit() = *request;
    return Mutate(context, coordinator_, std::move(event));
  }
  grpc::ServerUnaryReactor* ReportPredictorReady(
      grpc::CallbackServerContext* context, const tricorn::v1::ReportPredictorReadyRequest* request,
      tricorn::v1::ReportPredictorReadyResponse*) override {
    Event event;
    *event.mutable_predictor_ready() = *request;
    return Mutate(context, coordinator_, std::move(event));
  }
  grpc::ServerUnaryReactor* Deregister(grpc::CallbackServerContext* context,
                                       const tricorn::v1::DeregisterRequest* request,
                                       tricorn::v1::DeregisterResponse*) override {
    Event event;
    WorkerLost& lost = *event.mutable_worker_lost();
    lost.set_worker_id(request->worker_id());
    lost.set_incarnation(request->incarnation());
    lost.set_reason("it left");
    return Mutate(context, coordinator_, std::move(event));
  }

 private:
  Coordinator& coordinator_;
  const ServerFacts& facts_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewWorkerService(Coordinator& coordinator,
                                                const ServerFacts& facts) {
  return std::make_unique<WorkerService>(coordinator, facts);
}

}  // namespace tricorn::server
