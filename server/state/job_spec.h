#pragma once

#include "absl/status/status.h"
#include "tricorn/v1/job_spec.pb.h"

namespace tricorn::server {

// Checks what can be checked without opening the model or the data.
// Errors: InvalidArgument naming the field, what was expected and what was received.
absl::Status CheckJobSpec(const tricorn::v1::JobSpec& spec);

// The samples the job reads; which the spec's kind of work has.
const tricorn::v1::DatasetSource& DataOf(const tricorn::v1::JobSpec& spec);

// The gang's bounds with defaults filled in.
int MinWorkers(const tricorn::v1::JobSpec& spec);
int MaxWorkers(const tricorn::v1::JobSpec& spec);

}  // namespace tricorn::server
