#pragma once

#include "absl/status/statusor.h"
#include "client/lib/job.h"
#include "client/lib/resources.h"
#include "core/data/formats/dataset_spec.h"
#include "tricorn/v1/cluster.pb.h"
#include "tricorn/v1/dataset.pb.h"
#include "tricorn/v1/job.pb.h"
#include "tricorn/v1/model.pb.h"
#include "tricorn/v1/predict.pb.h"

namespace tricorn::client {

// The wire's messages as the library's values.
Job FromProto(const v1::Job& job);
JobEvent FromProto(const v1::JobEvent& event);
ServerInfo FromProto(const v1::ServerInfo& info);
Worker FromProto(const v1::Worker& worker);
Model FromProto(const v1::Model& model);
ModelVersion FromProto(const v1::ModelVersion& version);
DatasetInfo FromProto(const v1::Dataset& dataset);
Deployment FromProto(const v1::Deployment& deployment);
// Errors: Internal for tensors that are damaged.
absl::StatusOr<Prediction> FromProto(const v1::PredictResponse& response);

// Errors: InvalidArgument for strings.
absl::StatusOr<v1::PredictRequest> ToProto(const std::string& target,
                                           const std::vector<NamedTensor>& inputs);
// Errors: InvalidArgument for another format. `files` are left to the caller, who uploads them.
absl::StatusOr<v1::Dataset> ToProto(const DatasetSpec& spec);

}  // namespace tricorn::client
