#include "core/backend/cuda/device/pinned_memory.h"

#include <algorithm>

#include "core/backend/cuda/runtime/cuda_error.h"

namespace tricorn::backend::cuda {
namespace {

constexpr int64_t kMaxFreeNbytes = int64_t{2} << 30;

}  // namespace

PinnedMemory::~PinnedMemory() {
  for (const auto& [nbytes, block] : free_) static_cast<void>(cudaFreeHost(block));
}

// A block of up to twice the size serves too: the last batch of an epoch is a smaller one.
absl::StatusOr<PinnedMemory::Blocks::value_type> PinnedMemory::Take(int64_t nbytes) {
  {
    const absl::MutexLock lock(&mu_);
    const auto found = free_.lower_bound(nbytes);
    if (found != free_.end() && found->first <= 2 * nbytes) {
      const Blocks::value_type block = *found;
      free_.erase(found);
      free_nbytes_ -= block.first;
      return block;
    }
  }
  void* block = nullptr;
  const cudaError_t error =
      cudaHostAlloc(&block, static_cast<size_t>(nbytes), cudaHostAllocPortable);
  if (error == cudaErrorMemoryAllocation) {
    static_cast<void>(cudaGetLastError());
    return ResourceExhausted("pinned memory: expected {} bytes of the host, received none", nbytes);
  }
  RETURN_IF_ERROR(ToStatus(error, "cudaHostAlloc"));
  return Blocks::value_type(nbytes, static_cast<std::byte*>(block));
}

void PinnedMemory::GiveBack(Blocks::value_type block) {
  {
    const absl::MutexLock lock(&mu_);
    if (free_nbytes_ + block.first <= kMaxFreeNbytes) {
      free_nbytes_ += block.first;
      free_.insert(block);
      return;
    }
  }
  static_cast<void>(cudaFreeHost(block.second));
}

absl::StatusOr<Tensor> PinnedMemory::Allocate(DType dtype, Shape shape) {
  const int64_t nbytes = shape.num_elements() * SizeOf(dtype);
  ASSIGN_OR_RETURN(const Blocks::value_type block, Take(std::max<int64_t>(nbytes, 1)));
  std::shared_ptr<const void> owner(
      block.second, [block, memory = shared_from_this()](void*) { memory->GiveBack(block); });
  return Tensor::Wrap(dtype, std::move(shape), block.second, std::move(owner));
}

}  // namespace tricorn::backend::cuda
