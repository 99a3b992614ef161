#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tricorn::server {

// The last part of a resource's name: ParseName("jobs", "jobs/a") is "a".
// Errors: InvalidArgument ("name: expected jobs/{id}, received ...").
absl::StatusOr<std::string> ParseName(std::string_view collection, std::string_view name);

// `blobs/{sha256}`.
absl::StatusOr<std::string> ParseBlobName(std::string_view name);

// `models/{model}/versions/{number}`; number 0 stands for "latest".
struct VersionName {
  std::string model_id;
  int64_t number = 0;
};
absl::StatusOr<VersionName> ParseVersionName(std::string_view name);

// Errors: InvalidArgument unless [a-z0-9][a-z0-9._-]{0,62}.
absl::Status CheckId(std::string_view field, std::string_view id);

}  // namespace tricorn::server
