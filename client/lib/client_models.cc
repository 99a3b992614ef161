#include <utility>

#include "client/lib/client_impl.h"
#include "client/lib/convert.h"
#include "client/lib/names.h"
#include "core/base/status.h"
#include "tricorn/v1/model.grpc.pb.h"

namespace tricorn::client {
namespace {

using Models = v1::ModelService::StubInterface::async_interface;

}  // namespace

absl::StatusOr<ModelVersion> Client::UploadModel(const std::string& model_id,
                                                 const ModelSource& source,
                                                 const CallOptions& options) const {
  v1::CreateModelVersionRequest request;
  request.set_parent(ResourceName("models", model_id));
  request.set_allow_missing(true);
  request.set_request_id(RequestId(options));
  if (source.kind == ModelSource::Kind::kStored) {
    ASSIGN_OR_RETURN(const ModelVersion version, GetModelVersion(source.value, options));
    request.mutable_model_version()->set_blob(version.blob);
  } else {
    ASSIGN_OR_RETURN(*request.mutable_model_version()->mutable_blob(),
                     impl_->Upload(source, options));
  }
  ASSIGN_OR_RETURN(
      const v1::ModelVersion version,
      impl_->Call<v1::ModelService>(&Models::CreateModelVersion, std::move(request), options));
  return FromProto(version);
}

absl::StatusOr<std::vector<Model>> Client::ListModels(const CallOptions& options) const {
  std::vector<Model> models;
  RETURN_IF_ERROR(ForEachPage(
      [&](const std::string& token) {
        v1::ListModelsRequest request;
        request.set_page_token(token);
        return impl_->Call<v1::ModelService>(&Models::ListModels, std::move(request), options);
      },
      [&](const v1::ListModelsResponse& page) {
        for (const v1::Model& model : page.models()) models.push_back(FromProto(model));
      }));
  return models;
}

absl::StatusOr<std::vector<ModelVersion>> Client::ListModelVersions(
    const std::string& model, const CallOptions& options) const {
  std::vector<ModelVersion> versions;
  RETURN_IF_ERROR(ForEachPage(
      [&](const std::string& token) {
        v1::ListModelVersionsRequest request;
        request.set_parent(ResourceName("models", model));
        request.set_page_token(token);
        return impl_->Call<v1::ModelService>(&Models::ListModelVersions, std::move(request),
                                             options);
      },
      [&](const v1::ListModelVersionsResponse& page) {
        for (const v1::ModelVersion& version : page.model_versions()) {
          versions.push_back(FromProto(version));
        }
      }));
  return versions;
}

absl::StatusOr<ModelVersion> Client::GetModelVersion(const std::string& name,
                                                     const CallOptions& options) const {
  v1::GetModelVersionRequest request;
  request.set_name(VersionName(name));
  ASSIGN_OR_RETURN(
      const v1::ModelVersion version,
      impl_->Call<v1::ModelService>(&Models::GetModelVersion, std::move(request), options));
  return FromProto(version);
}

absl::Status Client::DeleteModel(const std::string& name, const CallOptions& options) const {
  const std::string full = ResourceName("models", name);
  if (full.find("/versions/") != full.npos) {
    v1::DeleteModelVersionRequest request;
    request.set_name(full);
    request.set_request_id(RequestId(options));
    return impl_->Call<v1::ModelService>(&Models::DeleteModelVersion, std::move(request), options)
        .status();
  }
  v1::DeleteModelRequest request;
  request.set_name(full);
  request.set_request_id(RequestId(options));
  return impl_->Call<v1::ModelService>(&Models::DeleteModel, std::move(request), options).status();
}

}  // namespace tricorn::client
