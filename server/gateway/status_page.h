#pragma once

#include <string>

#include "core/base/json.h"
#include "server/coordinator/coordinator.h"

namespace tricorn::server {

// The cluster at a glance: jobs (the newest 100), workers, deployments.
Json StatusJson(const Coordinator::View& view, absl::Time now);

// The same for people; reloads itself.
std::string StatusHtml(const Json& status);

}  // namespace tricorn::server
