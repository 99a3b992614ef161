#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/backend/cuda_loader.h"
#include "core/backend/device.h"

namespace tricorn::backend {

// "auto", "cpu", "cuda" (GPU 0) or "cuda:N". Errors: InvalidArgument for another name.
absl::Status CheckDeviceName(std::string_view name);

struct OpenedDevice {
  std::unique_ptr<Device> device;
  // Why "auto" gave the processor; empty otherwise.
  std::string why_not_cuda;
};

// The device of that name; for "auto" GPU 0 where there is one and the CUDA module, else this
// machine's processor. Errors: InvalidArgument for another name, those of LoadCudaDevice for a GPU
// that was asked for by name.
absl::StatusOr<OpenedDevice> OpenDevice(std::string_view name, const CudaOptions& options = {});

}  // namespace tricorn::backend
