#include <algorithm>

#include "core/base/status.h"
#include "core/base/utf8.h"
#include "server/rpc/services.h"
#include "server/rpc/unary.h"
#include "server/state/names.h"
#include "server/state/trainers.h"
#include "tricorn/v1/trainer.grpc.pb.h"

namespace tricorn::server {
namespace {

using View = Coordinator::View;

constexpr int kMaxLogLines = 1000;
constexpr size_t kMaxLogLineBytes = 4096;

// A trainer that floods its log does not fill the coordinator's disk.
void Bound(tricorn::v1::ReportProgressRequest* request) {
  auto* lines = request->mutable_log_lines();
  if (lines->size() > kMaxLogLines) {
    const int dropped = lines->size() - kMaxLogLines;
    lines->DeleteSubrange(0, dropped);
    lines->Mutable(0)->set_text(fmt::format("({} lines left out)", dropped + 1));
  }
  for (auto& line : *lines) {
    if (line.text().size() > kMaxLogLineBytes) {
      line.set_text(std::string(Utf8Prefix(line.text(), kMaxLogLineBytes - 3)) + "...");
    }
  }
}

class TrainerService : public tricorn::v1::TrainerService::CallbackService {
 public:
  explicit TrainerService(Coordinator& coordinator) : coordinator_(coordinator) {}

  grpc::ServerUnaryReactor* ReportProgress(grpc::CallbackServerContext* context,
                                           const tricorn::v1::ReportProgressRequest* request,
                                           tricorn::v1::ReportProgressResponse*) override {
    Event event;
    *event.mutable_report_progress() = *request;
    Bound(event.mutable_report_progress());
    return Mutate(context, coordinator_, std::move(event));
  }
  grpc::ServerUnaryReactor* CommitCheckpoint(grpc::CallbackServerContext* context,
                                             const tricorn::v1::CommitCheckpointRequest* request,
                                             tricorn::v1::CommitCheckpointResponse*) override {
    Event event;
    *event.mutable_commit_checkpoint() = *request;
    return Mutate(context, coordinator_, std::move(event));
  }
  grpc::ServerUnaryReactor* ReportResult(grpc::CallbackServerContext* context,
                                         const tricorn::v1::ReportResultRequest* request,
                                         tricorn::v1::ReportResultResponse* response) override {
    Event event;
    *event.mutable_report_result() = *request;
    return Mutate(context, coordinator_, std::move(event),
                  [=](const Effects& effects, const View& view) -> absl::Status {
                    ASSIGN_OR_RETURN(const std::string id, ParseName("jobs", effects.name));
                    const JobRecord* record = Find(view.state.jobs, id);
                    if (record != nullptr) *response->mutable_result() = record->job().result();
                    return absl::OkStatus();
                  });
  }
  grpc::ServerUnaryReactor* ReportFailure(grpc::CallbackServerContext* context,
                                          const tricorn::v1::ReportFailureRequest* request,
                                          tricorn::v1::ReportFailureResponse*) override {
    Event event;
    *event.mutable_report_failure() = *request;
    return Mutate(context, coordinator_, std::move(event));
  }

 private:
  Coordinator& coordinator_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewTrainerService(Coordinator& coordinator) {
  return std::make_unique<TrainerService>(coordinator);
}

}  // namespace tricorn::server
