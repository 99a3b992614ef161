// Statistics over a whole batch that is cut into shards: a job of one shard has them, one of
// several is told what to do.

#include <gtest/gtest.h>

#include "core/backend/cpu/cpu_device.h"
#include "core/comm/local/local_group.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/normalization/batch_normalization.h"
#include "core/keras/models/sequential.h"
#include "core/keras/training/trainer.h"

namespace tricorn::keras {
namespace {

absl::Status Fit(bool synchronized, const Distribution& distribution) {
  backend::cpu::CpuDevice device;
  const Sequential model(
      {Input({.shape = {{3}}}), BatchNormalization({.synchronized = synchronized})});
  model->set_compile_config(*Json::Parse(R"({"optimizer": "sgd", "loss": "mse"})"));
  ASSIGN_OR_RETURN(const auto trainer, Trainer::Create(*model, device, distribution));
  const Tensor x(DType::kF32, {8, 3});
  ASSIGN_OR_RETURN(const Dataset data, Dataset::FromTensors({{"x", x}, {"y", x}}));
  return trainer->Fit(data, nullptr, {.batch_size = 8}).status();
}

TEST(Synchronized, TrainsWithOneShard) { EXPECT_EQ(Fit(true, {}), absl::OkStatus()); }

TEST(Synchronized, OverSeveralShardsIsRefusedWithWhatToDo) {
  const auto communicators = comm::MakeLocalCommunicators(/*size=*/1, /*total_shards=*/2);
  const Distribution distribution{.communicator = communicators[0].get()};
  EXPECT_EQ(Fit(false, distribution), absl::OkStatus());
  const absl::Status status = Fit(true, distribution);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented) << status;
  EXPECT_NE(status.message().find("batch_normalization"), std::string::npos) << status;
  EXPECT_NE(status.message().find("virtual_shards=1 on one worker"), std::string::npos) << status;
}

}  // namespace
}  // namespace tricorn::keras
