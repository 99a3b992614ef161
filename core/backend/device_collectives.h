#pragma once

#include "core/backend/collectives.h"

namespace tricorn::backend {

// Collectives whose addends and sums are in a GPU's memory. Both calls put work on the device after
// what it was given before and wait for nothing. A run that was recorded with them says the same
// again whenever it is launched, without calling them.
class DeviceCollectives : public Collectives {};

}  // namespace tricorn::backend
