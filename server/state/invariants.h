#pragma once

#include "absl/status/status.h"
#include "server/state/state.h"

namespace tricorn::server {

// What holds after every transition, whatever has happened. For tests and simulation.
// Errors: Internal, naming what is broken.
absl::Status CheckInvariants(const State& state);

}  // namespace tricorn::server
