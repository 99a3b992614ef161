#pragma once

#include <cstdint>
#include <string>
#include <vector>

// NVIDIA's management library, which comes with the driver: what GPUs do, without using one. Where
// it is missing there are no GPUs.

namespace tricorn::backend {

struct GpuState {
  std::string name;          // "NVIDIA H100 80GB HBM3"
  double utilization = 0;    // share of the last sampling period in which a kernel ran
  int64_t memory_used = 0;   // bytes, by all processes
  int64_t memory_total = 0;  // bytes
};

// All GPUs of the machine, in the driver's order.
std::vector<GpuState> ReadGpus();

// Device memory that the driver counts for this process on the GPU with this PCI bus id, context
// and code included; 0 where it does not say.
int64_t GpuMemoryOfProcess(const char* pci_bus_id);

}  // namespace tricorn::backend
