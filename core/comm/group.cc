#include "core/comm/group.h"

#include "core/base/status.h"

namespace tricorn::comm {

absl::Status Group::SumSlices(std::span<const std::byte* const> brings,
                              std::span<std::byte* const> roots, int64_t count,
                              std::span<const Slice>, DType dtype) {
  return Sum(brings, roots, count, dtype);
}

absl::Status Group::Gather(std::byte* data, std::span<const Slice> slices, int64_t element_nbytes) {
  CHECK(static_cast<int>(slices.size()) == plan().size());
  for (int m = 0; m < plan().size(); ++m) {
    const Slice& slice = slices[static_cast<size_t>(m)];
    if (slice.count == 0) continue;
    RETURN_IF_ERROR(
        Broadcast(data + slice.first * element_nbytes, slice.count * element_nbytes, m));
  }
  return absl::OkStatus();
}

}  // namespace tricorn::comm
