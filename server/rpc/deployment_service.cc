#include "core/base/status.h"
#include "server/rpc/pages.h"
#include "server/rpc/services.h"
#include "server/rpc/unary.h"
#include "server/state/names.h"
#include "tricorn/v1/predict.grpc.pb.h"

namespace tricorn::server {
namespace {

using View = Coordinator::View;

absl::Status Show(const State& state, const std::string& name,
                  tricorn::v1::Deployment* deployment) {
  ASSIGN_OR_RETURN(const std::string id, ParseName("deployments", name));
  const DeploymentRecord* record = Find(state.deployments, id);
  if (record == nullptr) return NotFound("deployments/{}: no such deployment", id);
  *deployment = record->deployment();
  return absl::OkStatus();
}

class DeploymentService : public tricorn::v1::DeploymentService::CallbackService {
 public:
  explicit DeploymentService(Coordinator& coordinator) : coordinator_(coordinator) {}

  grpc::ServerUnaryReactor* CreateDeployment(grpc::CallbackServerContext* context,
                                             const tricorn::v1::CreateDeploymentRequest* request,
                                             tricorn::v1::Deployment* response) override {
    Event event;
    *event.mutable_create_deployment() = *request;
    return Mutate(context, coordinator_, std::move(event),
                  [=](const Effects& effects, const View& view) {
                    return Show(view.state, effects.name, response);
                  });
  }
  grpc::ServerUnaryReactor* GetDeployment(grpc::CallbackServerContext* context,
                                          const tricorn::v1::GetDeploymentRequest* request,
                                          tricorn::v1::Deployment* response) override {
    return Query(context, coordinator_,
                 [=](const View& view) { return Show(view.state, request->name(), response); });
  }
  grpc::ServerUnaryReactor* ListDeployments(
      grpc::CallbackServerContext* context, const tricorn::v1::ListDeploymentsRequest* request,
      tricorn::v1::ListDeploymentsResponse* response) override {
    return Query(context, coordinator_, [=](const View& view) {
      return EmitPage(
          view.state.deployments, request->page_size(), request->page_token(),
          [&](const std::string&, const DeploymentRecord& record) {
            *response->add_deployments() = record.deployment();
          },
          response->mutable_next_page_token());
    });
  }
  grpc::ServerUnaryReactor* UpdateDeployment(grpc::CallbackServerContext* context,
                                             const tricorn::v1::UpdateDeploymentRequest* request,
                                             tricorn::v1::Deployment* response) override {
    Event event;
    *event.mutable_update_deployment() = *request;
    return Mutate(context, coordinator_, std::move(event),
                  [=](const Effects& effects, const View& view) {
                    return Show(view.state, effects.name, response);
                  });
  }
  grpc::ServerUnaryReactor* DeleteDeployment(grpc::CallbackServerContext* context,
                                             const tricorn::v1::DeleteDeploymentRequest* request,
                                             google::protobuf::Empty*) override {
    Event event;
    *event.mutable_delete_deployment() = *request;
    return Mutate(context, coordinator_, std::move(event));
  }

 private:
  Coordinator& coordinator_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewDeploymentService(Coordinator& coordinator) {
  return std::make_unique<DeploymentService>(coordinator);
}

}  // namespace tricorn::server
