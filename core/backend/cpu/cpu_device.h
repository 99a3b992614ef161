#pragma once

#include <memory>

#include "core/backend/cpu/kernel/kernel.h"
#include "core/backend/device.h"

namespace tricorn::backend::cpu {

// This machine's processor. Buffers are host memory.
class CpuDevice : public Device {
 public:
  // With the kernels of all built-in ops.
  CpuDevice();
  explicit CpuDevice(KernelRegistry kernels) : kernels_(std::move(kernels)) {}

  std::string_view platform() const override { return "cpu"; }
  absl::StatusOr<Buffer> Allocate(int64_t nbytes) override;
  absl::Status Upload(const Tensor& from, const Buffer& to) override;
  absl::Status Download(const Buffer& from, Tensor& to) override;
  // Errors: Unimplemented naming an op that has neither kernel nor decomposition for its types.
  absl::StatusOr<std::unique_ptr<Executable>> Compile(ir::Graph graph,
                                                      const CompileOptions& options) override;

 private:
  const KernelRegistry kernels_;
};

}  // namespace tricorn::backend::cpu
