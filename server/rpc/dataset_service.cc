#include "core/base/status.h"
#include "server/rpc/pages.h"
#include "server/rpc/services.h"
#include "server/rpc/unary.h"
#include "server/state/names.h"
#include "tricorn/v1/dataset.grpc.pb.h"

namespace tricorn::server {
namespace {

using View = Coordinator::View;

absl::Status Show(const State& state, const std::string& name, tricorn::v1::Dataset* dataset) {
  ASSIGN_OR_RETURN(const std::string id, ParseName("datasets", name));
  const DatasetRecord* record = Find(state.datasets, id);
  if (record == nullptr) return NotFound("datasets/{}: no such dataset", id);
  *dataset = record->dataset();
  return absl::OkStatus();
}

class DatasetService : public tricorn::v1::DatasetService::CallbackService {
 public:
  explicit DatasetService(Coordinator& coordinator) : coordinator_(coordinator) {}

  grpc::ServerUnaryReactor* CreateDataset(grpc::CallbackServerContext* context,
                                          const tricorn::v1::CreateDatasetRequest* request,
                                          tricorn::v1::Dataset* response) override {
    Event event;
    *event.mutable_create_dataset() = *request;
    return Mutate(context, coordinator_, std::move(event),
                  [=](const Effects& effects, const View& view) {
                    return Show(view.state, effects.name, response);
                  });
  }
  grpc::ServerUnaryReactor* GetDataset(grpc::CallbackServerContext* context,
                                       const tricorn::v1::GetDatasetRequest* request,
                                       tricorn::v1::Dataset* response) override {
    return Query(context, coordinator_,
                 [=](const View& view) { return Show(view.state, request->name(), response); });
  }
  grpc::ServerUnaryReactor* ListDatasets(grpc::CallbackServerContext* context,
                                         const tricorn::v1::ListDatasetsRequest* request,
                                         tricorn::v1::ListDatasetsResponse* response) override {
    return Query(context, coordinator_, [=](const View& view) {
      return EmitPage(
          view.state.datasets, request->page_size(), request->page_token(),
          [&](const std::string&, const DatasetRecord& record) {
            *response->add_datasets() = record.dataset();
          },
          response->mutable_next_page_token());
    });
  }
  grpc::ServerUnaryReactor* DeleteDataset(grpc::CallbackServerContext* context,
                                          const tricorn::v1::DeleteDatasetRequest* request,
                                          google::protobuf::Empty*) override {
    Event event;
    *event.mutable_delete_dataset() = *request;
    return Mutate(context, coordinator_, std::move(event));
  }

 private:
  Coordinator& coordinator_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewDatasetService(Coordinator& coordinator) {
  return std::make_unique<DatasetService>(coordinator);
}

}  // namespace tricorn::server
