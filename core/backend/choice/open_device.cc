#include "core/backend/choice/open_device.h"

#include <charconv>
#include <optional>

#include "core/backend/cpu/cpu_device.h"
#include "core/base/status.h"

namespace tricorn::backend {
namespace {

// The GPU that "cuda" and "cuda:N" name.
std::optional<int> GpuOf(std::string_view name) {
  if (name == "cuda") return 0;
  if (!name.starts_with("cuda:")) return std::nullopt;
  name.remove_prefix(5);
  int ordinal = 0;
  const auto [end, error] = std::from_chars(name.begin(), name.end(), ordinal);
  if (error != std::errc() || end != name.end() || ordinal < 0) return std::nullopt;
  return ordinal;
}

}  // namespace

absl::Status CheckDeviceName(std::string_view name) {
  if (name == "auto" || name == "cpu" || GpuOf(name)) return absl::OkStatus();
  return InvalidArgument("device: expected auto, cpu, cuda or cuda:N, received '{}'", name);
}

absl::StatusOr<OpenedDevice> OpenDevice(std::string_view name, const CudaOptions& options) {
  RETURN_IF_ERROR(CheckDeviceName(name));
  if (const std::optional<int> gpu = GpuOf(name)) {
    ASSIGN_OR_RETURN(std::unique_ptr<Device> device, LoadCudaDevice(*gpu, options));
    return OpenedDevice{std::move(device), ""};
  }
  OpenedDevice opened;
  if (name == "auto") {
    absl::StatusOr<std::unique_ptr<Device>> device = LoadCudaDevice(0, options);
    if (device.ok()) return OpenedDevice{*std::move(device), ""};
    opened.why_not_cuda = std::string(device.status().message());
  }
  opened.device = std::make_unique<cpu::CpuDevice>();
  return opened;
}

}  // namespace tricorn::backend
