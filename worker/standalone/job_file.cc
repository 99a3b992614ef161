#include "worker/standalone/job_file.h"

#include "core/base/json_fields.h"
#include "core/base/status.h"

namespace tricorn::worker {
namespace {

absl::StatusOr<JobFile> Parse(const std::string& text) {
  ASSIGN_OR_RETURN(const Json json, Json::Parse(text));
  JobFile job;
  RETURN_IF_ERROR(FromJson(json, &job));
  return job;
}

}  // namespace

absl::StatusOr<JobFile> ReadJobFile(Env& env, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, env.ReadFile(path));
  absl::StatusOr<JobFile> job = Parse(text);
  if (!job.ok()) return WithSubject(job.status(), path);
  return job;
}

}  // namespace tricorn::worker
