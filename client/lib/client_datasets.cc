#include <set>
#include <utility>

#include "client/lib/client_impl.h"
#include "client/lib/convert.h"
#include "client/lib/names.h"
#include "client/lib/transfer.h"
#include "core/base/status.h"
#include "core/base/utf8.h"
#include "core/data/formats/dataset_spec.h"
#include "tricorn/v1/dataset.grpc.pb.h"

namespace tricorn::client {
namespace {

using Datasets = v1::DatasetService::StubInterface::async_interface;

// What a file is called in the service: its name, and of an image its class's before it.
std::string StoredPath(const DatasetSpec& spec, std::string_view path) {
  const std::string_view name = BaseName(path);
  if (spec.format != "image_folder" || name.size() == path.size()) return std::string(name);
  const std::string_view folder = path.substr(0, path.size() - name.size() - 1);
  return fmt::format("{}/{}", BaseName(folder), name);
}

}  // namespace

absl::StatusOr<v1::Dataset> Client::Impl::Upload(const DatasetSpec& spec,
                                                 const CallOptions& call) const {
  ASSIGN_OR_RETURN(v1::Dataset dataset, ToProto(spec));
  RETURN_IF_ERROR(ReadDataset(Env::Posix(), spec).status());
  std::set<std::string> paths;
  Transfer blobs(*this, call);
  for (const DatasetFile& file : spec.files) {
    if (ValidUtf8(file.path) != file.path) {
      return InvalidArgument("{}: expected a name in UTF-8, received another",
                             ValidUtf8(file.path));
    }
    ASSIGN_OR_RETURN(const auto content, Env::Posix().NewRandomAccessFile(file.path));
    v1::DatasetFile* uploaded = dataset.add_files();
    ASSIGN_OR_RETURN(*uploaded->mutable_blob(), blobs->Upload(*content));
    std::string path = StoredPath(spec, file.path);
    // Equal names, of files from several folders, would not tell files apart.
    if (!paths.insert(path).second) path = fmt::format("{}/{}", dataset.files_size(), path);
    paths.insert(path);
    uploaded->set_path(std::move(path));
    uploaded->set_role(file.role);
  }
  return dataset;
}

absl::StatusOr<DatasetInfo> Client::UploadDataset(const std::string& dataset_id,
                                                  const DatasetSpec& spec,
                                                  const CallOptions& options) const {
  v1::CreateDatasetRequest request;
  request.set_dataset_id(dataset_id);
  request.set_request_id(RequestId(options));
  ASSIGN_OR_RETURN(*request.mutable_dataset(), impl_->Upload(spec, options));
  ASSIGN_OR_RETURN(
      const v1::Dataset dataset,
      impl_->Call<v1::DatasetService>(&Datasets::CreateDataset, std::move(request), options));
  return FromProto(dataset);
}

absl::StatusOr<std::vector<DatasetInfo>> Client::ListDatasets(const CallOptions& options) const {
  std::vector<DatasetInfo> datasets;
  RETURN_IF_ERROR(ForEachPage(
      [&](const std::string& token) {
        v1::ListDatasetsRequest request;
        request.set_page_token(token);
        return impl_->Call<v1::DatasetService>(&Datasets::ListDatasets, std::move(request),
                                               options);
      },
      [&](const v1::ListDatasetsResponse& page) {
        for (const v1::Dataset& dataset : page.datasets()) datasets.push_back(FromProto(dataset));
      }));
  return datasets;
}

absl::Status Client::DeleteDataset(const std::string& name, const CallOptions& options) const {
  v1::DeleteDatasetRequest request;
  request.set_name(ResourceName("datasets", name));
  request.set_request_id(RequestId(options));
  return impl_->Call<v1::DatasetService>(&Datasets::DeleteDataset, std::move(request), options)
      .status();
}

}  // namespace tricorn::client
