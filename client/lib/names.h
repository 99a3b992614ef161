#pragma once

#include <string>

namespace tricorn::client {

// The full name of a resource that may be given short: ResourceName("jobs", "a") is "jobs/a".
std::string ResourceName(const std::string& collection, const std::string& name);

// `models/{model}/versions/{number}`, of a model "latest" as the number.
std::string VersionName(const std::string& name);

}  // namespace tricorn::client
