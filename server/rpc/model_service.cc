#include <iterator>

#include "core/base/status.h"
#include "server/rpc/pages.h"
#include "server/rpc/services.h"
#include "server/rpc/unary.h"
#include "server/state/models.h"
#include "server/state/names.h"
#include "tricorn/v1/model.grpc.pb.h"

namespace tricorn::server {
namespace {

using View = Coordinator::View;

absl::Status ShowModel(const State& state, const std::string& name, tricorn::v1::Model* model) {
  ASSIGN_OR_RETURN(const std::string id, ParseName("models", name));
  const ModelRecord* record = Find(state.models, id);
  if (record == nullptr) return NotFound("models/{}: no such model", id);
  *model = record->model();
  return absl::OkStatus();
}

absl::Status ShowVersion(const State& state, const std::string& name,
                         tricorn::v1::ModelVersion* shown) {
  ASSIGN_OR_RETURN(const tricorn::v1::ModelVersion* version, FindVersion(state, name));
  *shown = *version;
  return absl::OkStatus();
}

absl::Status ListVersions(const State& state, const tricorn::v1::ListModelVersionsRequest& request,
                          tricorn::v1::ListModelVersionsResponse* response) {
  ASSIGN_OR_RETURN(const std::string id, ParseName("models", request.parent()));
  const ModelRecord* record = Find(state.models, id);
  if (record == nullptr) return NotFound("models/{}: no such model", id);
  ASSIGN_OR_RETURN(PageLimit limit, PageLimit::Create(request.page_size()));
  int64_t before = INT64_MAX;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(before, NumberOfToken(request.page_token()));
  }
  for (auto it = record->versions().rbegin(); it != record->versions().rend(); ++it) {
    const int64_t number = ParseVersionName(it->name())->number;
    if (number >= before) continue;
    if (!limit.Admit(it->ByteSizeLong())) {
      const std::string& last = response->model_versions().rbegin()->name();
      response->set_next_page_token(std::to_string(ParseVersionName(last)->number));
      break;
    }
    *response->add_model_versions() = *it;
  }
  return absl::OkStatus();
}

class ModelService : public tricorn::v1::ModelService::CallbackService {
 public:
  explicit ModelService(Coordinator& coordinator) : coordinator_(coordinator) {}

  grpc::ServerUnaryReactor* CreateModel(grpc::CallbackServerContext* context,
                                        const tricorn::v1::CreateModelRequest* request,
                                        tricorn::v1::Model* response) override {
    Event event;
    *event.mutable_create_model() = *request;
    return Mutate(context, coordinator_, std::move(event),
                  [=](const Effects& effects, const View& view) {
                    return ShowModel(view.state, effects.name, response);
                  });
  }
  grpc::ServerUnaryReactor* GetModel(grpc::CallbackServerContext* context,
                                     const tricorn::v1::GetModelRequest* request,
                                     tricorn::v1::Model* response) override {
    return Query(context, coordinator_, [=](const View& view) {
      return ShowModel(view.state, request->name(), response);
    });
  }
  grpc::ServerUnaryReactor* ListModels(grpc::CallbackServerContext* context,
                                       const tricorn::v1::ListModelsRequest* request,
                                       tricorn::v1::ListModelsResponse* response) override {
    return Query(context, coordinator_, [=](const View& view) {
      return EmitPage(
          view.state.models, request->page_size(), request->page_token(),
          [&](const std::string&, const ModelRecord& r) { *response->add_models() = r.model(); },
          response->mutable_next_page_token());
    });
  }
  grpc::ServerUnaryReactor* UpdateModel(grpc::CallbackServerContext* context,
                                        const tricorn::v1::UpdateModelRequest* request,
                                        tricorn::v1::Model* response) override {
    Event event;
    *event.mutable_update_model() = *request;
    return Mutate(context, coordinator_, std::move(event),
                  [=](const Effects& effects, const View& view) {
                    return ShowModel(view.state, effects.name, response);
                  });
  }
  grpc::ServerUnaryReactor* DeleteModel(grpc::CallbackServerContext* context,
                                        const tricorn::v1::DeleteModelRequest* request,
                                        google::protobuf::Empty*) override {
    Event event;
    *event.mutable_delete_model() = *request;
    return Mutate(context, coordinator_, std::move(event));
  }
  grpc::ServerUnaryReactor* CreateModelVersion(
      grpc::CallbackServerContext* context, const tricorn::v1::CreateModelVersionRequest* request,
      tricorn::v1::ModelVersion* response) override {
    Event event;
    *event.mutable_create_model_version() = *request;
    return Mutate(context, coordinator_, std::move(event),
                  [=](const Effects& effects, const View& view) {
                    return ShowVersion(view.state, effects.name, response);
                  });
  }
  grpc::ServerUnaryReactor* GetModelVersion(grpc::CallbackServerContext* context,
                                            const tricorn::v1::GetModelVersionRequest* request,
                                            tricorn::v1::ModelVersion* response) override {
    return Query(context, coordinator_, [=](const View& view) {
      return ShowVersion(view.state, request->name(), response);
    });
  }
  grpc::ServerUnaryReactor* ListModelVersions(
      grpc::CallbackServerContext* context, const tricorn::v1::ListModelVersionsRequest* request,
      tricorn::v1::ListModelVersionsResponse* response) override {
    return Query(context, coordinator_,
                 [=](const View& view) { return ListVersions(view.state, *request, response); });
  }
  grpc::ServerUnaryReactor* DeleteModelVersion(
      grpc::CallbackServerContext* context, const tricorn::v1::DeleteModelVersionRequest* request,
      google::protobuf::Empty*) override {
    Event event;
    *event.mutable_delete_model_version() = *request;
    return Mutate(context, coordinator_, std::move(event));
  }

 private:
  Coordinator& coordinator_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewModelService(Coordinator& coordinator) {
  return std::make_unique<ModelService>(coordinator);
}

}  // namespace tricorn::server
