// Training by virtual shards on a GPU: the sums of NCCL's group in captured steps.

#include <gtest/gtest.h>

#include "core/backend/cpu/cpu_device.h"
#include "core/backend/cuda_loader.h"
#include "core/base/status.h"
#include "core/comm/device/connect_device_group.h"
#include "core/comm/local/local_group.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/regularization/dropout.h"
#include "core/keras/models/functional.h"
#include "core/keras/training/trainer.h"

namespace tricorn::keras {
namespace {

constexpr int kShards = 4;
constexpr int64_t kRows = 34;  // the last batch of 8 leaves two shards empty

Functional Net() {
  const KerasTensor x = Input({.shape = {{6}}, .name = "x"});
  const KerasTensor hidden = Dense({.units = 300, .activation = "relu"}, {.name = "hidden"})(x);
  const KerasTensor dropped = Dropout({.rate = 0.25F, .seed = 5}, {.name = "dropout"})(hidden);
  const KerasTensor wide = Dense({.units = 1000, .activation = "tanh"}, {.name = "wide"})(dropped);
  return Functional(x, Dense({.units = 1}, {.name = "y"})(wide));
}

Dataset Numbers() {
  Tensor x(DType::kF32, {kRows, 6});
  Tensor y(DType::kF32, {kRows, 1});
  for (int64_t i = 0; i < x.num_elements(); ++i) {
    x.data<float>()[i] = static_cast<float>((i * 7919) % 101) / 50 - 1;
  }
  for (int64_t i = 0; i < kRows; ++i) y.data<float>()[i] = static_cast<float>(i % 5) / 5;
  return *Dataset::FromTensors({{"x", x}, {"y", y}});
}

absl::StatusOr<std::vector<Tensor>> Train(backend::Device& device, comm::DeviceGroup* group,
                                          const std::vector<Tensor>& initial) {
  const Functional model = Net();
  RETURN_IF_ERROR(model->SetWeights(initial));
  model->set_compile_config(*Json::Parse(R"({"optimizer": "adam", "loss": "mse"})"));
  const auto communicators = comm::MakeLocalCommunicators(1, kShards);
  ASSIGN_OR_RETURN(const auto trainer, Trainer::Create(*model, device,
                                                       {.communicator = communicators[0].get(),
                                                        .device_group = group}));
  const Dataset data = Numbers();
  RETURN_IF_ERROR(trainer->Fit(data, nullptr, {.batch_size = 8, .epochs = 4, .seed = 3}).status());
  RETURN_IF_ERROR(trainer->SyncToHost());
  return model->GetWeights();
}

absl::StatusOr<std::vector<Tensor>> TrainOnGpu(backend::Device& gpu, comm::Determinism determinism,
                                               bool nccl_alone,
                                               const std::vector<Tensor>& initial) {
  ASSIGN_OR_RETURN(
      const auto group,
      comm::ConnectDeviceGroup(gpu, {.control = std::move(comm::MakeLocalCommunicators(1, 1)[0]),
                                     .shards = {0, kShards},
                                     .total_shards = kShards,
                                     .determinism = determinism,
                                     .nccl_alone = nccl_alone}));
  absl::StatusOr<std::vector<Tensor>> weights = Train(gpu, group.get(), initial);
  if (!weights.ok()) group->Abort(weights.status());
  return weights;
}

void ExpectNear(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    for (int64_t k = 0; k < a[i].num_elements(); ++k) ASSERT_NEAR(a[i].At(k), b[i].At(k), 1e-4);
  }
}

TEST(GpuShards, TrainAsOnTheHostWithTheSameBitsEveryTime) {
  const auto gpu = backend::LoadCudaDevice(0);
  if (!gpu.ok()) GTEST_SKIP() << gpu.status().message();
  const std::vector<Tensor> initial = Net()->GetWeights();
  backend::cpu::CpuDevice cpu;
  const auto expected = Train(cpu, nullptr, initial);
  ASSERT_TRUE(expected.ok()) << expected.status();
  const auto exact = TrainOnGpu(**gpu, comm::Determinism::kExact, false, initial);
  ASSERT_TRUE(exact.ok()) << exact.status();
  ExpectNear(*exact, *expected);
  for (const bool nccl_alone : {false, true}) {
    const auto again = TrainOnGpu(**gpu, comm::Determinism::kExact, nccl_alone, initial);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(*again, *exact) << nccl_alone;
  }
  const auto fast = TrainOnGpu(**gpu, comm::Determinism::kFast, true, initial);
  ASSERT_TRUE(fast.ok()) << fast.status();
  ExpectNear(*fast, *expected);
}

TEST(GpuShards, WithoutAGroupAreRefused) {
  const auto gpu = backend::LoadCudaDevice(0);
  if (!gpu.ok()) GTEST_SKIP() << gpu.status().message();
  EXPECT_TRUE(absl::IsFailedPrecondition(Train(**gpu, nullptr, Net()->GetWeights()).status()));
}

}  // namespace
}  // namespace tricorn::keras
