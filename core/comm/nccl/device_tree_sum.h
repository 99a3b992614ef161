#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/backend/cuda/codegen/source_module.h"
#include "core/comm/shard_tree.h"
#include "core/tensor/dtype.h"

namespace tricorn::comm {

// tree_sum.h on a GPU: one kernel, written for its operands, that reads each of them once and adds
// in the tree's order. Ready once `module` is loaded.
class DeviceTreeSum {
 public:
  // `dtype`: a summable one.
  DeviceTreeSum(backend::cuda::SourceModule& module, const std::vector<ShardRange>& operands,
                int total_shards, DType dtype);

  size_t num_roots() const { return num_roots_; }

  // Arrays begin at multiples of 16 bytes. A result may be exactly one of its own operands.
  absl::Status Enqueue(std::span<const std::byte* const> operands,
                       std::span<std::byte* const> roots, int64_t count, cudaStream_t stream) const;

 private:
  size_t num_operands_;
  size_t num_roots_;
  int64_t vector_;  // elements a thread
  std::shared_ptr<const backend::cuda::Function> function_;
};

}  // namespace tricorn::comm
