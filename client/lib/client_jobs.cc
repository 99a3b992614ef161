#include <utility>

#include "client/lib/client_impl.h"
#include "client/lib/convert.h"
#include "client/lib/job_handle.h"
#include "client/lib/names.h"
#include "core/base/status.h"
#include "tricorn/v1/job.grpc.pb.h"

namespace tricorn::client {
namespace {

using Jobs = v1::JobService::StubInterface::async_interface;

absl::StatusOr<Job> ToJob(const v1::Job& job) { return FromProto(job); }

}  // namespace

JobHandle Client::FindJob(const std::string& name) const {
  return JobHandle(*this, ResourceName("jobs", name));
}

std::future<absl::StatusOr<Job>> Client::GetJobAsync(const std::string& name,
                                                     const CallOptions& options) const {
  v1::GetJobRequest request;
  request.set_name(ResourceName("jobs", name));
  return impl_->Start<v1::JobService>(&Jobs::GetJob, std::move(request), options, ToJob);
}

absl::StatusOr<Job> Client::GetJob(const std::string& name, const CallOptions& options) const {
  return GetJobAsync(name, options).get();
}

absl::StatusOr<std::vector<Job>> Client::ListJobs(const CallOptions& options) const {
  std::vector<Job> jobs;
  RETURN_IF_ERROR(ForEachPage(
      [&](const std::string& token) {
        v1::ListJobsRequest request;
        request.set_page_token(token);
        return impl_->Call<v1::JobService>(&Jobs::ListJobs, std::move(request), options);
      },
      [&](const v1::ListJobsResponse& page) {
        for (const v1::Job& job : page.jobs()) jobs.push_back(FromProto(job));
      }));
  return jobs;
}

std::future<absl::StatusOr<Job>> Client::CancelJobAsync(const std::string& name,
                                                        const CallOptions& options) const {
  v1::CancelJobRequest request;
  request.set_name(ResourceName("jobs", name));
  request.set_request_id(RequestId(options));
  return impl_->Start<v1::JobService>(&Jobs::CancelJob, std::move(request), options, ToJob);
}

absl::StatusOr<Job> Client::CancelJob(const std::string& name, const CallOptions& options) const {
  return CancelJobAsync(name, options).get();
}

absl::Status Client::DeleteJob(const std::string& name, const CallOptions& options) const {
  v1::DeleteJobRequest request;
  request.set_name(ResourceName("jobs", name));
  request.set_request_id(RequestId(options));
  return impl_->Call<v1::JobService>(&Jobs::DeleteJob, std::move(request), options).status();
}

}  // namespace tricorn::client
