#include "client/lib/job_handle.h"

#include <utility>

#include "core/base/status.h"

namespace tricorn::client {

JobHandle::JobHandle(Client client, std::string name)
    : client_(std::move(client)), name_(std::move(name)) {}

absl::StatusOr<Job> JobHandle::Wait(const std::function<void(const JobEvent&)>& on_event,
                                    const CallOptions& options) const {
  RETURN_IF_ERROR(client_.WatchJob(
      name_, "",
      [&](const JobEvent& event) {
        if (on_event) on_event(event);
        return true;
      },
      options));
  ASSIGN_OR_RETURN(Job job, client_.GetJob(name_));
  RETURN_IF_ERROR(Outcome(job));
  return job;
}

}  // namespace tricorn::client
