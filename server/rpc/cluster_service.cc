#include "core/base/status.h"
#include "server/rpc/pages.h"
#include "server/rpc/services.h"
#include "server/rpc/unary.h"
#include "server/state/assignments.h"
#include "server/state/change.h"
#include "server/state/names.h"
#include "tricorn/v1/cluster.grpc.pb.h"

namespace tricorn::server {
namespace {

using View = Coordinator::View;

void Show(const View& view, const std::string& id, const WorkerRecord& record,
          tricorn::v1::Worker* worker) {
  *worker = record.worker();
  const absl::Time heard = view.machine.LastHeard(id);
  if (heard != absl::InfinitePast()) *worker->mutable_heartbeat_time() = ToProto(heard);
  const tricorn::v1::AssignmentSet set = AssignmentsOf(view.state, id);
  for (const auto& assignment : set.assignments()) {
    worker->add_assignments(assignment.has_trainer() ? assignment.trainer().job()
                                                     : assignment.predictor().deployment());
  }
}

class ClusterService : public tricorn::v1::ClusterService::CallbackService {
 public:
  ClusterService(Coordinator& coordinator, const ServerFacts& facts)
      : coordinator_(coordinator), facts_(facts) {}

  grpc::ServerUnaryReactor* GetServerInfo(grpc::CallbackServerContext* context,
                                          const tricorn::v1::GetServerInfoRequest*,
                                          tricorn::v1::ServerInfo* response) override {
    response->set_version(facts_.version);
    *response->mutable_start_time() = ToProto(facts_.start_time);
    response->set_http_address(facts_.http_address);
    response->set_max_message_bytes(facts_.max_message_bytes);
    response->set_max_chunk_bytes(facts_.max_chunk_bytes);
    response->set_max_blob_bytes(facts_.max_blob_bytes);
    response->mutable_unreferenced_blob_ttl()->set_seconds(
        absl::ToInt64Seconds(facts_.machine.unreferenced_blob_ttl));
    response->set_cluster_id(facts_.cluster_id);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
  grpc::ServerUnaryReactor* GetWorker(grpc::CallbackServerContext* context,
                                      const tricorn::v1::GetWorkerRequest* request,
                                      tricorn::v1::Worker* response) override {
    return Query(context, coordinator_, [=](const View& view) -> absl::Status {
      ASSIGN_OR_RETURN(const std::string id, ParseName("workers", request->name()));
      const WorkerRecord* record = Find(view.state.workers, id);
      if (record == nullptr) return NotFound("workers/{}: no such worker", id);
      Show(view, id, *record, response);
      return absl::OkStatus();
    });
  }
  grpc::ServerUnaryReactor* ListWorkers(grpc::CallbackServerContext* context,
                                        const tricorn::v1::ListWorkersRequest* request,
                                        tricorn::v1::ListWorkersResponse* response) override {
    return Query(context, coordinator_, [=](const View& view) {
      return EmitPage(
          view.state.workers, request->page_size(), request->page_token(),
          [&](const std::string& id, const WorkerRecord& record) {
            Show(view, id, record, response->add_workers());
          },
          response->mutable_next_page_token());
    });
  }

 private:
  Coordinator& coordinator_;
  const ServerFacts& facts_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewClusterService(Coordinator& coordinator,
                                                 const ServerFacts& facts) {
  return std::make_unique<ClusterService>(coordinator, facts);
}

}  // namespace tricorn::server
