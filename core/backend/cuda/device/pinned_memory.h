#pragma once

#include <map>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/tensor/tensor.h"

namespace tricorn::backend::cuda {

// Host memory with its pages locked, which GPUs copy from and to at full speed and by themselves.
// Locking is slow, so blocks that came back are given out again. Safe from several threads.
class PinnedMemory : public std::enable_shared_from_this<PinnedMemory> {
 public:
  ~PinnedMemory();
  // ResourceExhausted when the system does not lock as much.
  absl::StatusOr<Tensor> Allocate(DType dtype, Shape shape);

 private:
  using Blocks = std::multimap<int64_t, std::byte*>;  // by size

  absl::StatusOr<Blocks::value_type> Take(int64_t nbytes);
  void GiveBack(Blocks::value_type block);

  absl::Mutex mu_;
  Blocks free_ ABSL_GUARDED_BY(mu_);
  int64_t free_nbytes_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace tricorn::backend::cuda
