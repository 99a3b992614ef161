#include "worker/keras/device_group.h"

#include <gtest/gtest.h>

#include <thread>

#include "core/backend/cpu/cpu_device.h"
#include "core/comm/local/local_group.h"

namespace tricorn::worker {
namespace {

// A processor that says it is a GPU.
class SupposedGpu : public backend::cpu::CpuDevice {
 public:
  std::string_view platform() const override { return "cuda"; }
};

absl::StatusOr<std::unique_ptr<comm::DeviceGroup>> Connect(backend::Device& device,
                                                           comm::Communicator& communicator) {
  v1::TrainerTask task;
  task.set_virtual_shards(communicator.total_shards());
  return ConnectGroupOf({.task = task,
                         .model = "",
                         .data = Dataset::FromTensors({{"x", Tensor(DType::kF32, {1, 1})}}).value(),
                         .validation_data = std::nullopt,
                         .restore = std::nullopt,
                         .communicator = communicator},
                        device);
}

TEST(ConnectGroupOf, IsNoneOnProcessors) {
  backend::cpu::CpuDevice cpu;
  const auto communicators = comm::MakeLocalCommunicators(1, 4);
  const auto group = Connect(cpu, *communicators[0]);
  ASSERT_TRUE(group.ok()) << group.status();
  EXPECT_EQ(*group, nullptr);
}

TEST(ConnectGroupOf, RefusesAGangOfBothOnEveryRank) {
  const auto communicators = comm::MakeLocalCommunicators(2, 3);
  absl::Status of_gpu, of_cpu;
  std::thread gpu([&] {
    SupposedGpu device;
    of_gpu = Connect(device, *communicators[0]).status();
  });
  backend::cpu::CpuDevice cpu;
  of_cpu = Connect(cpu, *communicators[1]).status();
  gpu.join();
  for (const absl::Status& status : {of_gpu, of_cpu}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_EQ(status.message().find("gang: expected all 3 shards on GPUs or none, received 2"), 0u)
        << status;
  }
}

}  // namespace
}  // namespace tricorn::worker
