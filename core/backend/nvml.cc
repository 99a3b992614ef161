#include "core/backend/nvml.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

namespace tricorn::backend {
namespace {

// The library's header does not come with it: what is used of its interface, as NVIDIA's manual has
// it.
using Handle = struct HandleTag*;
using Counter = unsigned long long;  // NOLINT: the interface's type
struct Utilization {
  unsigned gpu_percent;
  unsigned memory_percent;
};
struct Memory {
  Counter total, free, used;
};
struct Process {
  unsigned pid;
  Counter used;
  unsigned gpu_instance;
  unsigned compute_instance;
};
constexpr int kSuccess = 0;

struct Nvml {
  int (*init)();
  int (*count)(unsigned* count);
  int (*by_index)(unsigned index, Handle* gpu);
  int (*by_bus_id)(const char* bus_id, Handle* gpu);
  int (*name)(Handle gpu, char* name, unsigned length);
  int (*memory)(Handle gpu, Memory* memory);
  int (*utilization)(Handle gpu, Utilization* utilization);
  int (*processes)(Handle gpu, unsigned* count, Process* processes);
};

// Whether the library has it.
template <typename F>
bool Find(void* library, const char* name, F& function) {
  function = reinterpret_cast<F>(dlsym(library, name));
  return function != nullptr;
}

// Loaded once and never unloaded; null where there is none.
const Nvml* LoadedNvml() {
  static const Nvml* const nvml = []() -> const Nvml* {
    void* const library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return nullptr;
    static Nvml found{};
    const bool is_complete =
        Find(library, "nvmlInit_v2", found.init) &&
        Find(library, "nvmlDeviceGetCount_v2", found.count) &&
        Find(library, "nvmlDeviceGetHandleByIndex_v2", found.by_index) &&
        Find(library, "nvmlDeviceGetHandleByPciBusId_v2", found.by_bus_id) &&
        Find(library, "nvmlDeviceGetName", found.name) &&
        Find(library, "nvmlDeviceGetMemoryInfo", found.memory) &&
        Find(library, "nvmlDeviceGetUtilizationRates", found.utilization) &&
        Find(library, "nvmlDeviceGetComputeRunningProcesses_v3", found.processes);
    return is_complete && found.init() == kSuccess ? &found : nullptr;
  }();
  return nvml;
}

GpuState Read(const Nvml& nvml, Handle gpu) {
  GpuState state;
  char name[128] = {};
  if (nvml.name(gpu, name, sizeof(name)) == kSuccess) state.name = name;
  Memory memory{};
  if (nvml.memory(gpu, &memory) == kSuccess) {
    state.memory_used = static_cast<int64_t>(memory.used);
    state.memory_total = static_cast<int64_t>(memory.total);
  }
  Utilization utilization{};
  if (nvml.utilization(gpu, &utilization) == kSuccess) {
    state.utilization = utilization.gpu_percent / 100.0;
  }
  return state;
}

}  // namespace

std::vector<GpuState> ReadGpus() {
  const Nvml* const nvml = LoadedNvml();
  unsigned count = 0;
  if (nvml == nullptr || nvml->count(&count) != kSuccess) return {};
  std::vector<GpuState> gpus;
  for (unsigned i = 0; i < count; ++i) {
    Handle gpu = nullptr;
    if (nvml->by_index(i, &gpu) == kSuccess) gpus.push_back(Read(*nvml, gpu));
  }
  return gpus;
}

int64_t GpuMemoryOfProcess(const char* pci_bus_id) {
  const Nvml* const nvml = LoadedNvml();
  Handle gpu = nullptr;
  if (nvml == nullptr || nvml->by_bus_id(pci_bus_id, &gpu) != kSuccess) return 0;
  unsigned count = 64;
  std::vector<Process> processes(count);
  if (nvml->processes(gpu, &count, processes.data()) != kSuccess) return 0;
  processes.resize(count);
  const auto own = std::find_if(processes.begin(), processes.end(), [](const Process& process) {
    return process.pid == static_cast<unsigned>(getpid());
  });
  // The highest value stands for "not available".
  constexpr Counter kUnknown = std::numeric_limits<Counter>::max();
  if (own == processes.end() || own->used == kUnknown) return 0;
  return static_cast<int64_t>(own->used);
}

}  // namespace tricorn::backend
