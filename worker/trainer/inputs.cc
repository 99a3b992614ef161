#include "worker/trainer/inputs.h"

#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/base/json.h"
#include "core/base/status.h"
#include "core/data/formats/dataset_spec.h"
#include "worker/trainer/checkpointer.h"

namespace tricorn::worker {
namespace {

constexpr size_t kMaxModelBytes = size_t{16} << 30;

absl::StatusOr<std::string_view> FormatName(v1::DatasetFormat format) {
  switch (format) {
    case v1::DATASET_FORMAT_NPZ:
      return "npz";
    case v1::DATASET_FORMAT_NPY:
      return "npy";
    case v1::DATASET_FORMAT_IDX:
      return "idx";
    case v1::DATASET_FORMAT_CSV:
      return "csv";
    case v1::DATASET_FORMAT_TFRECORD:
      return "tfrecord";
    case v1::DATASET_FORMAT_IMAGE_FOLDER:
      return "image_folder";
    default:
      return InvalidArgument("dataset: expected a format that this build reads, received {}",
                             v1::DatasetFormat_Name(format));
  }
}

absl::StatusOr<Dataset> FetchDataset(BlobClient& client, BlobCache& cache,
                                     const v1::Dataset& from) {
  DatasetSpec spec;
  ASSIGN_OR_RETURN(const std::string_view format, FormatName(from.format()));
  spec.format = format;
  if (!from.options_json().empty()) {
    auto options = Json::Parse(from.options_json());
    RETURN_IF_ERROR(WithSubject(options.status(), "dataset options"));
    spec.options = *std::move(options);
  }
  std::unordered_map<std::string_view, const std::string*> blobs;  // by path
  for (const v1::DatasetFile& file : from.files()) {
    spec.files.push_back({.path = file.path(), .role = file.role()});
    blobs.emplace(file.path(), &file.blob());
  }
  return ReadDataset(
      spec, [&](const DatasetFile& wanted) -> absl::StatusOr<std::unique_ptr<RandomAccessFile>> {
        const auto blob = blobs.find(wanted.path);
        if (blob != blobs.end()) return cache.Open(*blob->second, client);
        return NotFound("{}: expected a file of the dataset, received none", wanted.path);
      });
}

absl::StatusOr<std::string> FetchModel(BlobClient& client, BlobCache& cache,
                                       const std::string& blob) {
  ASSIGN_OR_RETURN(const auto file, cache.Open(blob, client));
  if (file->size() > kMaxModelBytes) {
    return InvalidArgument("model: expected at most {} bytes, received {}", kMaxModelBytes,
                           file->size());
  }
  std::string bytes(file->size(), '\0');
  RETURN_IF_ERROR(file->ReadAt(0, bytes.size(), bytes.data()));
  return bytes;
}

}  // namespace

absl::StatusOr<TrainerInputs> FetchInputs(Env& env, const std::string& scratch_directory,
                                          BlobClient& client, BlobCache& cache,
                                          const v1::TrainerTask& task) {
  TrainerInputs inputs;
  ASSIGN_OR_RETURN(inputs.model, FetchModel(client, cache, task.model_blob()));
  ASSIGN_OR_RETURN(inputs.data, FetchDataset(client, cache, task.data()));
  if (task.has_validation_data()) {
    auto validation = FetchDataset(client, cache, task.validation_data());
    RETURN_IF_ERROR(WithSubject(validation.status(), "validation_data"));
    inputs.validation_data = *std::move(validation);
  }
  if (task.has_restore()) {
    ASSIGN_OR_RETURN(inputs.restore, FetchCheckpoint(env, JoinPath(scratch_directory, "restore"),
                                                     client, task.restore()));
  }
  return inputs;
}

}  // namespace tricorn::worker
