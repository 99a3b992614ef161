#include "server/state/datasets.h"

#include <set>

#include "core/base/status.h"
#include "server/state/blobs.h"
#include "server/state/names.h"

namespace tricorn::server {
namespace {

constexpr int kMaxFiles = 100'000;

absl::Status CheckAndMeasure(const State& state, std::string_view subject,
                             tricorn::v1::Dataset* dataset) {
  if (!tricorn::v1::DatasetFormat_IsValid(dataset->format()) ||
      dataset->format() == tricorn::v1::DATASET_FORMAT_UNSPECIFIED) {
    return InvalidArgument(
        "{}.format: expected NPZ, NPY, IDX, CSV, TFRECORD or IMAGE_FOLDER, received {}", subject,
        static_cast<int>(dataset->format()));
  }
  if (dataset->files().empty() || dataset->files_size() > kMaxFiles) {
    return InvalidArgument("{}.files: expected 1 to {} files, received {}", subject, kMaxFiles,
                           dataset->files_size());
  }
  std::set<std::string> paths;
  int64_t total = 0;
  for (auto& file : *dataset->mutable_files()) {
    if (file.path().empty() || !paths.insert(file.path()).second) {
      return InvalidArgument("{}.files: expected distinct, non-empty paths, received '{}'{}",
                             subject, file.path(), file.path().empty() ? "" : " twice");
    }
    RETURN_IF_ERROR(
        CheckStored(state, fmt::format("{}.files['{}']", subject, file.path()), file.blob()));
    file.set_size_bytes(SizeOfBlob(state, file.blob()));
    total += file.size_bytes();
  }
  dataset->set_size_bytes(total);
  return absl::OkStatus();
}

}  // namespace

absl::Status CreateDataset(Change& change, const tricorn::v1::CreateDatasetRequest& request) {
  RETURN_IF_ERROR(CheckId("dataset_id", request.dataset_id()));
  if (Find(change.state.datasets, request.dataset_id()) != nullptr) {
    return AlreadyExists("datasets/{}: expected a new name, received one in use",
                         request.dataset_id());
  }
  tricorn::v1::Dataset dataset = request.dataset();
  RETURN_IF_ERROR(CheckAndMeasure(change.state, "dataset", &dataset));
  dataset.set_name("datasets/" + request.dataset_id());
  *dataset.mutable_create_time() = change.Stamp();
  ChangeReferences(change, {}, ReferencesOf(dataset));
  change.effects.name = dataset.name();
  change.effects.changed = true;
  *change.state.datasets[request.dataset_id()].mutable_dataset() = std::move(dataset);
  return absl::OkStatus();
}

absl::Status DeleteDataset(Change& change, const tricorn::v1::DeleteDatasetRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, ParseName("datasets", request.name()));
  const DatasetRecord* record = Find(change.state.datasets, id);
  if (record == nullptr) return NotFound("datasets/{}: no such dataset", id);
  for (const std::string& job_id : change.state.active_jobs) {
    const JobRecord& job = change.state.jobs[job_id];
    if (job.data().name() == request.name() || job.validation_data().name() == request.name()) {
      return FailedPrecondition("{}: expected no user, but jobs/{} reads it", request.name(),
                                job_id);
    }
  }
  ChangeReferences(change, ReferencesOf(record->dataset()), {});
  change.state.datasets.erase(id);
  change.effects.name = request.name();
  change.effects.changed = true;
  return absl::OkStatus();
}

absl::StatusOr<tricorn::v1::Dataset> ResolveDataset(const State& state, std::string_view subject,
                                                    const tricorn::v1::DatasetSource& source) {
  if (source.has_name()) {
    const absl::StatusOr<std::string> id = ParseName("datasets", source.name());
    if (!id.ok()) return WithSubject(id.status(), subject);
    const DatasetRecord* record = Find(state.datasets, *id);
    if (record == nullptr) return NotFound("{}: no such dataset: {}", subject, source.name());
    return record->dataset();
  }
  if (!source.has_dataset()) {
    return InvalidArgument("{}: expected the name of a dataset or a dataset, received neither",
                           subject);
  }
  tricorn::v1::Dataset dataset = source.dataset();
  dataset.clear_name();
  RETURN_IF_ERROR(CheckAndMeasure(state, subject, &dataset));
  return dataset;
}

}  // namespace tricorn::server
