#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "server/state/change.h"
#include "tricorn/v1/model.pb.h"

namespace tricorn::server {

absl::Status CreateModel(Change& change, const tricorn::v1::CreateModelRequest& request);
absl::Status UpdateModel(Change& change, const tricorn::v1::UpdateModelRequest& request);
absl::Status DeleteModel(Change& change, const tricorn::v1::DeleteModelRequest& request);
absl::Status CreateModelVersion(Change& change,
                                const tricorn::v1::CreateModelVersionRequest& request);
absl::Status DeleteModelVersion(Change& change,
                                const tricorn::v1::DeleteModelVersionRequest& request);

// Adds a version (its name is filled in) to the model, which is made when missing; returns the
// version's name.
std::string AddVersion(Change& change, const std::string& model_id,
                       tricorn::v1::ModelVersion version);

// The version that `models/{model}/versions/{number or latest}` names. Errors: NotFound.
absl::StatusOr<const tricorn::v1::ModelVersion*> FindVersion(const State& state,
                                                             const std::string& name);

}  // namespace tricorn::server
