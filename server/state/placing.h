#pragma once

#include "server/state/change.h"

namespace tricorn::server {

// Asks the scheduler about every pending job: starts the gangs that have a place, and says of the
// others what they wait for.
void PlaceJobs(Change& change);

}  // namespace tricorn::server
