#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <span>

#include "absl/status/status.h"
#include "core/backend/cuda/codegen/source_module.h"
#include "core/backend/cuda/libraries/libraries.h"
#include "core/backend/device.h"
#include "core/backend/kernel_registry.h"
#include "core/ir/graph.h"

namespace tricorn::backend::cuda {

struct KernelArgs {
  std::span<std::byte* const> operands;  // device addresses, as all here
  std::span<std::byte* const> results;
  std::byte* workspace;  // workspace_nbytes() bytes, 64-byte aligned
  cudaStream_t stream;
  const RunContext& context;
};

// One node made ready to run. Immutable: Enqueue is called from several threads at once.
class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual int64_t workspace_nbytes() const { return 0; }
  // Whether a result may share the bytes of an operand of the same size: true when every element of
  // the operand is read by the thread that writes the same element of the result, before it does.
  virtual bool may_overwrite(size_t /*operand*/, size_t /*result*/) const { return false; }
  // Whether it gains by running at the same time as others: it puts work on its stream alone, and
  // too little to keep the device busy.
  virtual bool may_run_beside() const { return false; }
  // Whether Enqueue can be recorded: it allocates nothing and waits for nothing.
  virtual bool can_be_captured() const { return true; }
  // Whether Enqueue can be recorded for runs of this context.
  virtual bool can_be_captured_in(const RunContext& /*run*/) const { return can_be_captured(); }
  // Puts the work on the stream.
  virtual absl::Status Enqueue(const KernelArgs& args) const = 0;
};

struct KernelRequest {
  const ir::OpDef& op;
  const ir::Attrs& attrs;
  std::span<const ir::Type> operands;
  std::span<const ir::Type> results;
  std::span<const std::shared_ptr<const ir::Graph>> regions;
  SourceModule& module;  // where generated kernels go
  Libraries& libraries;
  // Whether every operand and result begins at a multiple of 16 bytes.
  bool is_aligned = true;
  bool allow_tf32 = false;  // products of float32 may round their operands to TF32
  // Whether the kernel is to run: then it is worth measuring which of a library's algorithms is the
  // fastest.
  bool measure = false;
};

// A file core/ops/<op>/<name>_cuda.cc adds its own in `void Register<Name>Cuda(KernelRegistry&)`;
// CMake generates the list of calls.
using KernelRegistry = KernelRegistryOf<Kernel, KernelRequest>;
using KernelFactory = KernelRegistry::Factory;

}  // namespace tricorn::backend::cuda
