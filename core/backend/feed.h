#pragma once

#include <span>

#include "absl/status/statusor.h"
#include "core/backend/buffer.h"
#include "core/tensor/tensor.h"

namespace tricorn::backend {

// The way of batches from the host to a device: while a run reads one batch, the next is on its
// way. For one thread at a time, which calls Send, runs what reads the buffers, and calls Consumed.
class Feed {
 public:
  virtual ~Feed() = default;
  // The device's buffers of the tensors, in order, as work enqueued from now on sees them. The
  // tensors' bytes may still be read after this returns; their owner is held as long.
  virtual absl::StatusOr<std::span<const Buffer>> Send(std::span<const Tensor> batch) = 0;
  // What was enqueued since Send reads its buffers; nothing later does.
  virtual absl::Status Consumed() = 0;
};

}  // namespace tricorn::backend
