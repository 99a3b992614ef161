#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tricorn::worker {

// Which device each of an agent's processes computes on: GPUs by turns, the one with the fewest
// processes first, so that the ranks of a gang get one each where there are enough. For one thread.
class Devices {
 public:
  // `names`: "cpu", or a GPU each ("cuda:0", "cuda:1").
  explicit Devices(std::vector<std::string> names) : names_(std::move(names)) {}

  // Forgets the processes that are not among `assignments` and finds a device for new ones.
  void SetAssignments(const std::set<std::string>& assignments);
  const std::string& Of(const std::string& assignment) const { return device_of_.at(assignment); }

 private:
  const std::vector<std::string> names_;
  std::map<std::string, std::string> device_of_;
};

// An agent's part of a machine's GPUs, where several agents run on it: part `index` of `of`.
struct GpuShare {
  int index = 0;
  int of = 1;
};

// Which of `count` GPUs (at least one) are the share's: every `of`-th, and one that others have too
// where there are fewer GPUs than shares.
std::vector<int> GpusOf(const GpuShare& share, int count);

// What an agent's `--device` comes to on this machine.
struct DeviceOffer {
  std::vector<std::string> names;  // for Devices
  std::string description;         // "cuda: 2 x NVIDIA H100 80GB HBM3", "cpu: no GPU was found"
  int gpus() const { return names.front() == "cpu" ? 0 : static_cast<int>(names.size()); }
};

// Looks at the machine without using a GPU: an agent holds no memory of one. `visible` is
// CUDA_VISIBLE_DEVICES where it is set. A GPU that is named is offered, there or not.
DeviceOffer OfferDevices(const std::string& device, const std::optional<std::string>& visible,
                         const GpuShare& share = {});

}  // namespace tricorn::worker
