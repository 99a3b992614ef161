#pragma once

#include <memory>

#include "core/backend/cuda/device/device_context.h"
#include "core/backend/cuda/kernel/kernel.h"
#include "core/backend/cuda_loader.h"
#include "core/backend/device.h"

namespace tricorn::backend::cuda {

// One NVIDIA GPU.
class CudaDevice : public Device {
 public:
  // NotFound when there is no GPU of that number, or no driver.
  static absl::StatusOr<std::unique_ptr<CudaDevice>> Create(int ordinal,
                                                            const CudaOptions& options);

  const std::shared_ptr<DeviceContext>& context() const { return context_; }
  std::string_view platform() const override { return "cuda"; }
  absl::StatusOr<Buffer> Allocate(int64_t nbytes) override;
  absl::Status Upload(const Tensor& from, const Buffer& to) override;
  absl::Status Download(const Buffer& from, Tensor& to) override;
  absl::StatusOr<Tensor> AllocateHost(DType dtype, Shape shape) override;
  absl::StatusOr<std::unique_ptr<Feed>> MakeFeed(std::span<const int64_t> nbytes) override;
  absl::Status Synchronize() override;
  absl::StatusOr<MemoryUse> Memory() override;
  absl::Status ResetPeakMemory() override;
  absl::StatusOr<std::unique_ptr<Executable>> Compile(ir::Graph graph,
                                                      const CompileOptions& options) override;

 private:
  absl::StatusOr<std::unique_ptr<Executable>> CompileWhole(ir::Graph graph,
                                                           const CompileOptions& options);
  CudaDevice(std::shared_ptr<DeviceContext> context, const CudaOptions& options);

  const std::shared_ptr<DeviceContext> context_;
  const KernelRegistry kernels_;
  const CudaOptions options_;
};

}  // namespace tricorn::backend::cuda
