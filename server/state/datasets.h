#pragma once

#include "absl/status/statusor.h"
#include "server/state/change.h"
#include "tricorn/v1/dataset.pb.h"

namespace tricorn::server {

absl::Status CreateDataset(Change& change, const tricorn::v1::CreateDatasetRequest& request);
absl::Status DeleteDataset(Change& change, const tricorn::v1::DeleteDatasetRequest& request);

// The dataset a job reads, sizes filled in.
// Errors: NotFound (name, blob), InvalidArgument (`subject` leads the message).
absl::StatusOr<tricorn::v1::Dataset> ResolveDataset(const State& state, std::string_view subject,
                                                    const tricorn::v1::DatasetSource& source);

}  // namespace tricorn::server
