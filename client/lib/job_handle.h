#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "client/lib/client.h"

namespace tricorn::client {

// A submitted job. It goes on whether or not anybody holds one. For any thread.
class JobHandle {
 public:
  JobHandle(Client client, std::string name);

  const std::string& name() const { return name_; }  // `jobs/{job}`
  absl::StatusOr<Job> Get() const { return client_.GetJob(name_); }

  // Waits for the job's end, calling `on_event` meanwhile.
  // Errors: Cancelled if the job was; what it failed with; Client::WatchJob's.
  absl::StatusOr<Job> Wait(const std::function<void(const JobEvent&)>& on_event = nullptr,
                           const CallOptions& options = {}) const;

  absl::StatusOr<Job> Cancel() const { return client_.CancelJob(name_); }

 private:
  Client client_;
  std::string name_;
};

}  // namespace tricorn::client
