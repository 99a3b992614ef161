#pragma once

#include <cstdint>

namespace tricorn::backend::cuda {

// Device memory that the driver counts for this process on the GPU with this PCI bus id, context
// and code included; 0 where the driver's management library (NVML) is missing or does not say.
int64_t ProcessMemory(const char* pci_bus_id);

}  // namespace tricorn::backend::cuda
