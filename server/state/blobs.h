#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/state/change.h"
#include "server/state/event.pb.h"

namespace tricorn::server {

// SHA-256 of the blobs that a record refers to, one entry for each reference.
using BlobReferences = std::vector<std::string>;
BlobReferences ReferencesOf(const JobRecord& record);
BlobReferences ReferencesOf(const ModelRecord& record);
BlobReferences ReferencesOf(const tricorn::v1::Dataset& dataset);
BlobReferences ReferencesOf(const DeploymentRecord& record);

// Errors: InvalidArgument (not a blob's name), NotFound (not stored).
absl::Status CheckStored(const State& state, std::string_view subject,
                         const std::string& blob_name);
// Of a stored blob.
int64_t SizeOfBlob(const State& state, const std::string& blob_name);

// Counts a record's references anew after it changed.
void ChangeReferences(Change& change, const BlobReferences& before, const BlobReferences& after);

absl::Status StoreBlob(Change& change, const BlobStored& event);
absl::Status ForgetBlobs(Change& change, const BlobsForgotten& event);

// At most `limit` blobs that nothing has referred to since `before`.
std::vector<std::string> UnreferencedSince(const State& state, absl::Time before, size_t limit);

}  // namespace tricorn::server
