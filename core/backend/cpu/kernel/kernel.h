#pragma once

#include <memory>
#include <span>

#include "absl/status/status.h"
#include "core/backend/device.h"
#include "core/backend/kernel_registry.h"
#include "core/ir/graph.h"

namespace tricorn::backend::cpu {

struct KernelArgs {
  std::span<const std::byte* const> operands;
  std::span<std::byte* const> results;
  std::byte* workspace;  // workspace_nbytes() bytes, 64-byte aligned
  const RunContext& context;

  template <typename T>
  const T* operand(size_t i) const {
    return reinterpret_cast<const T*>(operands[i]);
  }
  template <typename T>
  T* result(size_t i) const {
    return reinterpret_cast<T*>(results[i]);
  }
};

// One node made ready to run. Immutable: Run is called from several threads at once.
class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual int64_t workspace_nbytes() const { return 0; }
  // Whether a result of the same byte size may share operand `i`'s bytes: true when the kernel
  // reads what it needs of the operand before it writes the same element of any result.
  virtual bool may_overwrite(size_t /*operand*/) const { return false; }
  virtual absl::Status Run(const KernelArgs& args) const = 0;
};

struct KernelRequest {
  const ir::OpDef& op;
  const ir::Attrs& attrs;
  std::span<const ir::Type> operands;
  std::span<const ir::Type> results;
  std::span<const std::shared_ptr<const ir::Graph>> regions;
  int num_threads;
};

// A file core/ops/<op>/<name>_cpu.cc adds its own in `void Register<Name>Cpu(KernelRegistry&)`;
// CMake generates the list of calls.
using KernelRegistry = KernelRegistryOf<Kernel, KernelRequest>;
using KernelFactory = KernelRegistry::Factory;

}  // namespace tricorn::backend::cpu
