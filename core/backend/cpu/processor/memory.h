#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace tricorn::backend::cpu {

// `nbytes` bytes of host memory, aligned to a cache line, uninitialized; nullptr when there is not
// that much. Large blocks lie on huge pages where the system gives them.
std::shared_ptr<std::byte> AllocateAligned(int64_t nbytes);

}  // namespace tricorn::backend::cpu
