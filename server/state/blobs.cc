#include "server/state/blobs.h"

#include "core/base/status.h"
#include "server/state/names.h"

namespace tricorn::server {
namespace {

std::string Sha256OfName(const std::string& blob_name) {
  return blob_name.substr(blob_name.find('/') + 1);
}

void Append(const tricorn::v1::Checkpoint& checkpoint, BlobReferences* references) {
  for (const auto& file : checkpoint.files()) references->push_back(Sha256OfName(file.blob()));
}

}  // namespace

BlobReferences ReferencesOf(const tricorn::v1::Dataset& dataset) {
  BlobReferences references;
  for (const auto& file : dataset.files()) references.push_back(Sha256OfName(file.blob()));
  return references;
}

BlobReferences ReferencesOf(const JobRecord& record) {
  BlobReferences references;
  const auto& job = record.job();
  for (const auto& file : job.result().predictions()) {
    references.push_back(Sha256OfName(file.blob()));
  }
  if (!IsFinal(job.state())) {
    references.push_back(Sha256OfName(record.model_blob()));
    for (const auto* dataset : {&record.data(), &record.validation_data()}) {
      for (std::string& sha256 : ReferencesOf(*dataset)) references.push_back(std::move(sha256));
    }
  }
  // The last checkpoint of a job that failed or was cancelled is all that is left of its work.
  if (job.state() != tricorn::v1::JOB_STATE_SUCCEEDED) {
    for (const auto& checkpoint : record.checkpoints()) Append(checkpoint, &references);
  }
  return references;
}

BlobReferences ReferencesOf(const ModelRecord& record) {
  BlobReferences references;
  for (const auto& version : record.versions()) references.push_back(Sha256OfName(version.blob()));
  return references;
}

BlobReferences ReferencesOf(const DeploymentRecord& record) {
  BlobReferences references{Sha256OfName(record.model_blob())};
  for (const auto& replica : record.replicas()) {
    references.push_back(Sha256OfName(replica.model_blob()));
  }
  return references;
}

absl::Status CheckStored(const State& state, std::string_view subject,
                         const std::string& blob_name) {
  const absl::StatusOr<std::string> sha256 = ParseBlobName(blob_name);
  if (!sha256.ok()) return WithSubject(sha256.status(), subject);
  if (Find(state.blobs, *sha256) != nullptr) return absl::OkStatus();
  return NotFound("{}: expected an uploaded blob, received {}, which is not stored", subject,
                  blob_name);
}

int64_t SizeOfBlob(const State& state, const std::string& blob_name) {
  const BlobRecord* record = Find(state.blobs, Sha256OfName(blob_name));
  return record == nullptr ? 0 : record->size_bytes();
}

void ChangeReferences(Change& change, const BlobReferences& before, const BlobReferences& after) {
  std::map<std::string, int64_t> difference;
  for (const std::string& sha256 : before) --difference[sha256];
  for (const std::string& sha256 : after) ++difference[sha256];
  for (const auto& [sha256, count] : difference) {
    if (count == 0) continue;
    BlobRecord* record = Find(change.state.blobs, sha256);
    CHECK(record != nullptr);
    record->set_references(record->references() + count);
    CHECK(record->references() >= 0);
    if (record->references() == 0) {
      *record->mutable_unreferenced_since() = change.Stamp();
    } else {
      record->clear_unreferenced_since();
    }
    change.effects.changed = true;
  }
}

absl::Status StoreBlob(Change& change, const BlobStored& event) {
  change.effects.name = fmt::format("blobs/{}", event.sha256());
  auto [it, is_new] = change.state.blobs.try_emplace(event.sha256());
  BlobRecord& record = it->second;
  if (is_new) {
    record.set_sha256(event.sha256());
    record.set_size_bytes(event.size_bytes());
    *record.mutable_create_time() = change.Stamp();
  }
  // Uploading again renews the time in which to refer to it.
  if (record.references() == 0) {
    *record.mutable_unreferenced_since() = change.Stamp();
    change.effects.changed = true;
  }
  return absl::OkStatus();
}

absl::Status ForgetBlobs(Change& change, const BlobsForgotten& event) {
  for (const std::string& sha256 : event.sha256()) {
    const BlobRecord* record = Find(change.state.blobs, sha256);
    if (record == nullptr || record->references() > 0) continue;
    change.state.blobs.erase(sha256);
    change.effects.forgotten_blobs.insert(sha256);
    change.effects.changed = true;
  }
  return absl::OkStatus();
}

std::vector<std::string> UnreferencedSince(const State& state, absl::Time before, size_t limit) {
  std::vector<std::string> found;
  for (const auto& [sha256, record] : state.blobs) {
    if (found.size() == limit) break;
    if (record.references() == 0 && FromProto(record.unreferenced_since()) < before) {
      found.push_back(sha256);
    }
  }
  return found;
}

}  // namespace tricorn::server
