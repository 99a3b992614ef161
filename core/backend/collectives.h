#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "core/tensor/dtype.h"

namespace tricorn::backend {

// What collective nodes call while a graph runs; core/comm implements it over a communicator.
// A bucket is a run of gradients reduced together, numbered in the order in which backward fills
// it.
class Collectives {
 public:
  virtual ~Collectives() = default;
  // Hands over this shard's addends; they must stay untouched until Wait returns.
  virtual absl::Status Start(int32_t bucket, const void* addends, int64_t count, DType dtype) = 0;
  // Blocks until the sum over all shards is in `sum`.
  virtual absl::Status Wait(int32_t bucket, void* sum) = 0;
};

}  // namespace tricorn::backend
