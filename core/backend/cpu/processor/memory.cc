#include "core/backend/cpu/processor/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>

namespace tricorn::backend::cpu {

std::shared_ptr<std::byte> AllocateAligned(int64_t nbytes) {
  constexpr size_t kCacheLine = 64;
  constexpr size_t kHugePage = size_t{2} << 20;
  const size_t wanted = std::max<size_t>(static_cast<size_t>(nbytes), 1);
  // A block that fills half of one is worth a page: walks of page tables cost more than the rest.
  const size_t alignment = wanted >= kHugePage / 2 ? kHugePage : kCacheLine;
  const size_t size = (wanted + alignment - 1) / alignment * alignment;
  void* block = std::aligned_alloc(alignment, size);
  if (block == nullptr) return nullptr;
  if (alignment == kHugePage) madvise(block, size, MADV_HUGEPAGE);
  return {static_cast<std::byte*>(block), [](std::byte* p) { std::free(p); }};
}

}  // namespace tricorn::backend::cpu
