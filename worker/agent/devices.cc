#include "worker/agent/devices.h"

#include <algorithm>
#include <string_view>

#include "core/backend/cuda_loader.h"
#include "core/backend/nvml.h"
#include "core/base/status.h"

namespace tricorn::worker {
namespace {

// CUDA counts those that the list names, up to the first entry that is none.
size_t CountVisible(const std::vector<backend::GpuState>& gpus,
                    const std::optional<std::string>& visible) {
  if (!visible) return gpus.size();
  const std::string_view list = *visible;
  if (list.empty() || list.starts_with("-")) return 0;
  return std::min(gpus.size(), 1 + static_cast<size_t>(std::count(list.begin(), list.end(), ',')));
}

}  // namespace

void Devices::SetAssignments(const std::set<std::string>& assignments) {
  std::erase_if(device_of_, [&](const auto& entry) { return !assignments.contains(entry.first); });
  for (const std::string& assignment : assignments) {
    if (device_of_.contains(assignment)) continue;
    const auto load = [&](const std::string& name) {
      return std::count_if(device_of_.begin(), device_of_.end(),
                           [&](const auto& entry) { return entry.second == name; });
    };
    device_of_[assignment] =
        *std::min_element(names_.begin(), names_.end(),
                          [&](const auto& a, const auto& b) { return load(a) < load(b); });
  }
}

std::vector<int> GpusOf(const GpuShare& share, int count) {
  std::vector<int> gpus;
  for (int i = share.index; i < count; i += share.of) gpus.push_back(i);
  if (gpus.empty()) gpus.push_back(share.index % count);
  return gpus;
}

DeviceOffer OfferDevices(const std::string& device, const std::optional<std::string>& visible,
                         const GpuShare& share) {
  if (device == "cpu") return {.names = {"cpu"}, .description = "cpu: asked for"};
  if (device.starts_with("cuda:"))
    return {.names = {device}, .description = device + ": asked for"};
  const std::vector<backend::GpuState> gpus = backend::ReadGpus();
  const size_t count = CountVisible(gpus, visible);
  if (device == "auto") {
    if (count == 0) return {.names = {"cpu"}, .description = "cpu: no GPU was found"};
    if (!backend::HasCudaModule()) {
      return {.names = {"cpu"}, .description = "cpu: there is no CUDA module beside the program"};
    }
  }
  DeviceOffer offer;
  for (const int gpu : GpusOf(share, static_cast<int>(std::max<size_t>(count, 1)))) {
    offer.names.push_back(fmt::format("cuda:{}", gpu));
  }
  offer.description = count == 0 ? "cuda: asked for"
                                 : fmt::format("cuda: {} x {}", offer.gpus(), gpus.front().name);
  return offer;
}

}  // namespace tricorn::worker
