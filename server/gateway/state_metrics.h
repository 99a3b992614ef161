#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "server/coordinator/coordinator.h"

namespace tricorn::server {

// Gauges of the state and of this process.
std::vector<prometheus::MetricFamily> CollectState(const Coordinator::View& view, absl::Time now);

}  // namespace tricorn::server
