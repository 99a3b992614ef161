#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace tricorn::backend {

// Bytes in a device's memory, shared by copies. On a GPU `data` is a device address.
struct Buffer {
  std::byte* data = nullptr;
  int64_t nbytes = 0;
  std::shared_ptr<const void> owner;
};

}  // namespace tricorn::backend
