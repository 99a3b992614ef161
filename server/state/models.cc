#include "server/state/models.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/base/status.h"
#include "server/state/blobs.h"
#include "server/state/deployments.h"
#include "server/state/names.h"

namespace tricorn::server {
namespace {

absl::StatusOr<std::string> FindModelId(const State& state, std::string_view name) {
  ASSIGN_OR_RETURN(std::string id, ParseName("models", name));
  if (Find(state.models, id) == nullptr) return NotFound("models/{}: no such model", id);
  return id;
}

ModelRecord& NewModel(Change& change, const std::string& id) {
  ModelRecord& record = change.state.models[id];
  record.mutable_model()->set_name("models/" + id);
  *record.mutable_model()->mutable_create_time() = change.Stamp();
  *record.mutable_model()->mutable_update_time() = change.Stamp();
  change.effects.changed = true;
  return record;
}

// Errors: FailedPrecondition when an unfinished job uses a version of which `uses` says that it
// matters, or a deployment that somebody asked for.
template <typename Uses>
absl::Status CheckUnused(const State& state, std::string_view subject, const Uses& uses) {
  for (const std::string& job_id : state.active_jobs) {
    const auto& spec = state.jobs.at(job_id).job().spec();
    if (uses(spec.model().version())) {
      return FailedPrecondition("{}: expected no user, but jobs/{} trains from it", subject,
                                job_id);
    }
  }
  for (const auto& [id, record] : state.deployments) {
    if (!record.deployment().on_demand() && uses(record.deployment().model_version())) {
      return FailedPrecondition("{}: expected no user, but deployments/{} serves it", subject, id);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CreateModel(Change& change, const tricorn::v1::CreateModelRequest& request) {
  RETURN_IF_ERROR(CheckId("model_id", request.model_id()));
  if (Find(change.state.models, request.model_id()) != nullptr) {
    return AlreadyExists("models/{}: expected a new name, received one in use", request.model_id());
  }
  ModelRecord& record = NewModel(change, request.model_id());
  record.mutable_model()->set_display_name(request.model().display_name());
  *record.mutable_model()->mutable_labels() = request.model().labels();
  change.effects.name = record.model().name();
  return absl::OkStatus();
}

absl::Status UpdateModel(Change& change, const tricorn::v1::UpdateModelRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, FindModelId(change.state, request.model().name()));
  for (const std::string& path : request.update_mask().paths()) {
    if (path != "display_name" && path != "labels") {
      return InvalidArgument("update_mask: expected display_name or labels, received '{}'", path);
    }
  }
  tricorn::v1::Model& model = *change.state.models[id].mutable_model();
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "display_name") model.set_display_name(request.model().display_name());
    if (path == "labels") *model.mutable_labels() = request.model().labels();
  }
  *model.mutable_update_time() = change.Stamp();
  change.effects.name = model.name();
  change.effects.changed = true;
  return absl::OkStatus();
}

absl::Status DeleteModel(Change& change, const tricorn::v1::DeleteModelRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, FindModelId(change.state, request.name()));
  const std::string prefix = request.name() + "/versions/";
  const auto is_of_it = [&](const std::string& version) { return version.starts_with(prefix); };
  RETURN_IF_ERROR(CheckUnused(change.state, request.name(), is_of_it));
  EndOnDemand(change, is_of_it);
  ChangeReferences(change, ReferencesOf(change.state.models[id]), {});
  change.state.models.erase(id);
  change.effects.name = request.name();
  change.effects.changed = true;
  return absl::OkStatus();
}

absl::Status CreateModelVersion(Change& change,
                                const tricorn::v1::CreateModelVersionRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, ParseName("models", request.parent()));
  if (!request.allow_missing() && Find(change.state.models, id) == nullptr) {
    return NotFound("models/{}: no such model (allow_missing would create it)", id);
  }
  const std::string& blob = request.model_version().blob();
  RETURN_IF_ERROR(CheckStored(change.state, "model_version.blob", blob));
  tricorn::v1::ModelVersion version;
  version.set_blob(blob);
  *version.mutable_labels() = request.model_version().labels();
  change.effects.name = AddVersion(change, id, std::move(version));
  return absl::OkStatus();
}

std::string AddVersion(Change& change, const std::string& model_id,
                       tricorn::v1::ModelVersion version) {
  if (Find(change.state.models, model_id) == nullptr) NewModel(change, model_id);
  ModelRecord& record = change.state.models[model_id];
  record.set_last_number(record.last_number() + 1);
  const std::string name = fmt::format("models/{}/versions/{}", model_id, record.last_number());
  version.set_name(name);
  version.set_size_bytes(SizeOfBlob(change.state, version.blob()));
  *version.mutable_create_time() = change.Stamp();
  const BlobReferences before = ReferencesOf(record);
  *record.add_versions() = std::move(version);
  ChangeReferences(change, before, ReferencesOf(record));
  record.mutable_model()->set_latest_version(name);
  *record.mutable_model()->mutable_update_time() = change.Stamp();
  change.effects.changed = true;
  return name;
}

absl::StatusOr<const tricorn::v1::ModelVersion*> FindVersion(const State& state,
                                                             const std::string& name) {
  ASSIGN_OR_RETURN(const VersionName parsed, ParseVersionName(name));
  const ModelRecord* record = Find(state.models, parsed.model_id);
  if (record == nullptr) return NotFound("models/{}: no such model", parsed.model_id);
  if (record->versions().empty()) return NotFound("models/{}: has no version", parsed.model_id);
  if (parsed.number == 0) return &*record->versions().rbegin();
  const std::string canonical =
      fmt::format("models/{}/versions/{}", parsed.model_id, parsed.number);
  for (const auto& version : record->versions()) {
    if (version.name() == canonical) return &version;
  }
  return NotFound("{}: no such version, the newest is {}", canonical,
                  record->versions().rbegin()->name());
}

absl::Status DeleteModelVersion(Change& change,
                                const tricorn::v1::DeleteModelVersionRequest& request) {
  ASSIGN_OR_RETURN(const tricorn::v1::ModelVersion* found,
                   FindVersion(change.state, request.name()));
  const std::string name = found->name();
  const auto is_it = [&](const std::string& version) { return version == name; };
  RETURN_IF_ERROR(CheckUnused(change.state, name, is_it));
  EndOnDemand(change, is_it);
  ModelRecord& record = change.state.models[ParseVersionName(name)->model_id];
  const BlobReferences before = ReferencesOf(record);
  auto* versions = record.mutable_versions();
  versions->erase(std::find_if(versions->begin(), versions->end(),
                               [&](const auto& version) { return version.name() == name; }));
  ChangeReferences(change, before, ReferencesOf(record));
  record.mutable_model()->set_latest_version(versions->empty() ? "" : versions->rbegin()->name());
  change.effects.name = name;
  change.effects.changed = true;
  return absl::OkStatus();
}

}  // namespace tricorn::server
