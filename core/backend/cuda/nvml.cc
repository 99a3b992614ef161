#include "core/backend/cuda/nvml.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace tricorn::backend::cuda {
namespace {

// NVML comes with the driver, its header does not; what is used of its interface, as NVIDIA's
// manual has it.
using NvmlDevice = struct NvmlDeviceTag*;
struct NvmlProcess {
  unsigned pid;
  unsigned long long used_nbytes;  // NOLINT: the interface's type
  unsigned gpu_instance;
  unsigned compute_instance;
};
constexpr int kSuccess = 0;

struct Nvml {
  int (*device)(const char* bus_id, NvmlDevice* device) = nullptr;
  int (*processes)(NvmlDevice device, unsigned* count, NvmlProcess* processes) = nullptr;
};

template <typename F>
F Find(void* library, const char* name) {
  return reinterpret_cast<F>(dlsym(library, name));
}

const Nvml& LoadedNvml() {
  static const Nvml nvml = [] {
    Nvml functions;
    void* const library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return functions;
    const auto init = Find<int (*)()>(library, "nvmlInit_v2");
    if (init == nullptr || init() != kSuccess) return functions;
    functions.device =
        Find<decltype(functions.device)>(library, "nvmlDeviceGetHandleByPciBusId_v2");
    functions.processes =
        Find<decltype(functions.processes)>(library, "nvmlDeviceGetComputeRunningProcesses_v3");
    return functions;
  }();
  return nvml;
}

}  // namespace

int64_t ProcessMemory(const char* pci_bus_id) {
  const Nvml& nvml = LoadedNvml();
  NvmlDevice device = nullptr;
  if (nvml.device == nullptr || nvml.processes == nullptr ||
      nvml.device(pci_bus_id, &device) != kSuccess) {
    return 0;
  }
  unsigned count = 64;
  std::vector<NvmlProcess> processes(count);
  if (nvml.processes(device, &count, processes.data()) != kSuccess) return 0;
  processes.resize(count);
  const auto own = std::find_if(processes.begin(), processes.end(), [](const auto& process) {
    return process.pid == static_cast<unsigned>(getpid());
  });
  // The highest value stands for "not available".
  if (own == processes.end() || own->used_nbytes == ~0ull) return 0;
  return static_cast<int64_t>(own->used_nbytes);
}

}  // namespace tricorn::backend::cuda
