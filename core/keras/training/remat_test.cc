// What a step computes again: the numbers stay, the memory shrinks.

#include <gtest/gtest.h>

#include <algorithm>

#include "core/backend/cpu/cpu_device.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/regularization/dropout.h"
#include "core/keras/models/functional.h"
#include "core/keras/training/trainer.h"
#include "core/ops/control/after.h"

namespace tricorn::keras {
namespace {

constexpr int64_t kRows = 256, kUnits = 16;
constexpr int kLayers = 16;

// Keeps what the largest plan takes.
class MeasuringDevice : public backend::cpu::CpuDevice {
 public:
  absl::StatusOr<std::unique_ptr<backend::Executable>> Compile(
      ir::Graph graph, const backend::CompileOptions& options) override {
    auto executable = CpuDevice::Compile(std::move(graph), options);
    if (executable.ok() && (*executable)->arena_nbytes() > arena_nbytes) {
      arena_nbytes = (*executable)->arena_nbytes();
      const auto& nodes = (*executable)->graph().nodes();
      num_held = std::count_if(nodes.begin(), nodes.end(),
                               [](const ir::Node& node) { return node.op == &ops::kAfter; });
    }
    return executable;
  }
  int64_t arena_nbytes = 0;
  int64_t num_held = 0;  // values that wait for a gradient
};

struct Trained {
  std::vector<Tensor> weights;
  int64_t arena_nbytes = 0;
  int64_t num_held = 0;
};

Trained Train(std::optional<RematPolicy> remat) {
  const KerasTensor x = Input({.shape = {{kUnits}}, .name = "x"});
  KerasTensor y = x;
  for (int i = 0; i < kLayers; ++i) {
    y = Dense({.units = kUnits, .activation = "gelu"}, {.name = fmt::format("dense_{}", i)})(y);
    if (i % 4 == 0) y = Dropout({.rate = 0.1, .seed = i}, {.name = fmt::format("drop_{}", i)})(y);
  }
  const Functional model(x, y);
  std::vector<Tensor> weights;
  for (const Variable* variable : model->weights()) {
    Tensor value(variable->value.dtype(), variable->value.shape());
    for (int64_t i = 0; i < value.num_elements(); ++i) {
      if (value.dtype() == DType::kF32)
        value.data<float>()[i] = 0.1f * static_cast<float>(i % 7) - 0.3f;
    }
    weights.push_back(value.dtype() == DType::kF32 ? value : variable->value);
  }
  EXPECT_TRUE(model->SetWeights(weights).ok());
  model->set_compile_config(*Json::Parse(R"({"optimizer": "adam", "loss": "mse"})"));
  Tensor data(DType::kF32, {kRows, kUnits});
  for (int64_t i = 0; i < data.num_elements(); ++i) {
    data.data<float>()[i] = static_cast<float>(i % 11) / 11;
  }
  MeasuringDevice device;
  const auto trainer = Trainer::Create(*model, device);
  EXPECT_TRUE(trainer.ok()) << trainer.status();
  const Dataset dataset = *Dataset::FromTensors({{"x", data}, {"y", data}});
  const auto history = (*trainer)->Fit(
      dataset, nullptr,
      {.batch_size = kRows, .epochs = 3, .shuffle = false, .remat = std::move(remat)});
  EXPECT_TRUE(history.ok()) << history.status();
  EXPECT_TRUE((*trainer)->SyncToHost().ok());
  return {model->GetWeights(), device.arena_nbytes, device.num_held};
}

TEST(Remat, TrainsToTheSameBitsInLessMemory) {
  const Trained kept = Train(std::nullopt), again = Train(RematPolicy{.mode = "auto"});
  EXPECT_EQ(kept.num_held, 0);
  EXPECT_GT(again.num_held, 0);
  EXPECT_EQ(again.weights, kept.weights);
  EXPECT_LT(again.arena_nbytes, 2 * kept.arena_nbytes / 3);
}

TEST(Remat, EachOfKerassModesTrainsToTheSameBits) {
  const Trained kept = Train(std::nullopt);
  for (const char* mode : {"full", "activations", "larger_than:1000", "list_of_layers:dense_3"}) {
    const Trained again = Train(*RematPolicy::Parse(mode));
    EXPECT_EQ(again.weights, kept.weights) << mode;
    EXPECT_GT(again.num_held, 0) << mode;
  }
  EXPECT_EQ(Train(*RematPolicy::Parse("larger_than:100000")).num_held, 0);
}

TEST(Remat, SaysWhichPoliciesThereAre) {
  const absl::Status status = RematPolicy::Parse("some").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(status.message()).find("list_of_layers"), std::string::npos);
  EXPECT_FALSE(RematPolicy::Parse("list_of_layers").ok());
  EXPECT_FALSE(RematPolicy::Parse("larger_than:many").ok());
}

}  // namespace
}  // namespace tricorn::keras
