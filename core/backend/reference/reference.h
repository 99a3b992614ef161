#pragma once

#include <memory>

#include "core/backend/device.h"

namespace tricorn::backend {

// The oracle: computes each primitive with plain loops in float64, whatever the floating dtype, and
// rounds float16 and bfloat16 after each node. Integers are exact (64-bit ones below 2^53),
// wrapping around as their dtype does. Slow, deterministic, single-threaded.
std::unique_ptr<Device> MakeReferenceDevice();

}  // namespace tricorn::backend
