#include <random>

#include "core/base/status.h"
#include "server/rpc/pages.h"
#include "server/rpc/services.h"
#include "server/rpc/unary.h"
#include "server/rpc/watch_job.h"
#include "server/state/names.h"
#include "tricorn/v1/job.grpc.pb.h"

namespace tricorn::server {
namespace {

using View = Coordinator::View;

// The job with its latest progress, logged or not.
void Show(const View& view, const std::string& id, const JobRecord& record, tricorn::v1::Job* job) {
  *job = record.job();
  const auto live = view.live_progress.find(id);
  if (live != view.live_progress.end()) *job->mutable_progress() = live->second;
}

absl::Status ShowNamed(const View& view, const std::string& name, tricorn::v1::Job* job) {
  ASSIGN_OR_RETURN(const std::string id, ParseName("jobs", name));
  const JobRecord* record = Find(view.state.jobs, id);
  if (record == nullptr) return NotFound("jobs/{}: no such job", id);
  Show(view, id, *record, job);
  return absl::OkStatus();
}

absl::Status List(const View& view, const tricorn::v1::ListJobsRequest& request,
                  tricorn::v1::ListJobsResponse* response) {
  ASSIGN_OR_RETURN(PageLimit limit, PageLimit::Create(request.page_size()));
  int64_t before = INT64_MAX;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(before, NumberOfToken(request.page_token()));
  }
  const std::set<int> states(request.states().begin(), request.states().end());
  std::map<int64_t, const std::string*, std::greater<>> newest_first;
  for (const auto& [id, record] : view.state.jobs) {
    const bool wanted = states.empty() || states.contains(record.job().state());
    if (wanted && record.sequence() < before) newest_first[record.sequence()] = &id;
  }
  int64_t last = 0;
  for (const auto& [sequence, id] : newest_first) {
    tricorn::v1::Job job;
    Show(view, *id, view.state.jobs.at(*id), &job);
    job.clear_history();
    if (!limit.Admit(job.ByteSizeLong())) {
      response->set_next_page_token(std::to_string(last));
      break;
    }
    *response->add_jobs() = std::move(job);
    last = sequence;
  }
  return absl::OkStatus();
}

// "fit-k3x9q2m4": says what it is, is easy to type, and is new with all likelihood; the transition
// refuses one that is not.
std::string MakeJobId(const tricorn::v1::JobSpec& spec, std::random_device& random) {
  std::string id = spec.has_evaluate() ? "evaluate-" : spec.has_predict() ? "predict-" : "fit-";
  constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
  for (int i = 0; i < 8; ++i) id += kDigits[random() % kDigits.size()];
  return id;
}

class JobService : public tricorn::v1::JobService::CallbackService {
 public:
  explicit JobService(Coordinator& coordinator)
      : coordinator_(coordinator), reader_(coordinator.log()) {}

  grpc::ServerUnaryReactor* CreateJob(grpc::CallbackServerContext* context,
                                      const tricorn::v1::CreateJobRequest* request,
                                      tricorn::v1::Job* response) override {
    Event event;
    JobSubmitted& submitted = *event.mutable_create_job();
    *submitted.mutable_request() = *request;
    std::random_device random;
    submitted.set_seed(random());
    if (request->job_id().empty()) {
      submitted.set_generated_id(true);
      submitted.mutable_request()->set_job_id(MakeJobId(request->spec(), random));
    }
    return Mutate(context, coordinator_, std::move(event),
                  [=](const Effects& effects, const View& view) {
                    return ShowNamed(view, effects.name, response);
                  });
  }
  grpc::ServerUnaryReactor* GetJob(grpc::CallbackServerContext* context,
                                   const tricorn::v1::GetJobRequest* request,
                                   tricorn::v1::Job* response) override {
    return Query(context, coordinator_,
                 [=](const View& view) { return ShowNamed(view, request->name(), response); });
  }
  grpc::ServerUnaryReactor* ListJobs(grpc::CallbackServerContext* context,
                                     const tricorn::v1::ListJobsRequest* request,
                                     tricorn::v1::ListJobsResponse* response) override {
    return Query(context, coordinator_,
                 [=](const View& view) { return List(view, *request, response); });
  }
  grpc::ServerUnaryReactor* CancelJob(grpc::CallbackServerContext* context,
                                      const tricorn::v1::CancelJobRequest* request,
                                      tricorn::v1::Job* response) override {
    Event event;
    *event.mutable_cancel_job() = *request;
    return Mutate(context, coordinator_, std::move(event),
                  [=](const Effects& effects, const View& view) {
                    return ShowNamed(view, effects.name, response);
                  });
  }
  grpc::ServerUnaryReactor* DeleteJob(grpc::CallbackServerContext* context,
                                      const tricorn::v1::DeleteJobRequest* request,
                                      google::protobuf::Empty*) override {
    Event event;
    *event.mutable_delete_job() = *request;
    return Mutate(context, coordinator_, std::move(event));
  }
  grpc::ServerWriteReactor<tricorn::v1::JobEvent>* WatchJob(
      grpc::CallbackServerContext*, const tricorn::v1::WatchJobRequest* request) override {
    return NewJobWatch(coordinator_, reader_, *request);
  }

 private:
  Coordinator& coordinator_;
  FeedReader reader_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewJobService(Coordinator& coordinator) {
  return std::make_unique<JobService>(coordinator);
}

}  // namespace tricorn::server
