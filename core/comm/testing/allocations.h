#pragma once

#include <cstdint>

namespace tricorn::comm {

// Calls of operator new by this process. A program that uses it has its global operators replaced.
int64_t AllocationsSoFar();

}  // namespace tricorn::comm
