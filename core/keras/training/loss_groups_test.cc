// Losses that divide by a count found in the data, over shards: the step's result is that of one
// process, whatever the shards.

#include <gtest/gtest.h>

#include <cmath>

#include "core/backend/cpu/cpu_device.h"
#include "core/comm/local/local_group.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/core/masking.h"
#include "core/keras/models/functional.h"
#include "core/keras/training/trainer.h"

namespace tricorn::keras {
namespace {

// Two outputs over masked sequences, each with a loss of its own, and one plain one.
Functional Net() {
  const KerasTensor x = Input({.shape = {{3, 2}}, .name = "x"});
  const KerasTensor masked = Masking({.mask_value = 0})(x);
  const KerasTensor a = Dense({.units = 2}, {.name = "a"})(masked);
  const KerasTensor b = Dense({.units = 1}, {.name = "b"})(masked);
  const KerasTensor c = Dense({.units = 1}, {.name = "c"})(x);
  return Functional(x, {a, b, c});
}

Dataset Sequences() {
  Tensor x(DType::kF32, {8, 3, 2});
  Tensor a(DType::kF32, {8, 3, 2});
  Tensor b(DType::kF32, {8, 3, 1});
  for (int64_t i = 0; i < x.num_elements(); ++i) {
    x.data<float>()[i] = static_cast<float>(i % 7) / 7;
    a.data<float>()[i] = static_cast<float>(i % 5) / 5;
  }
  for (int64_t i = 0; i < b.num_elements(); ++i) b.data<float>()[i] = static_cast<float>(i % 3);
  // Sequences of other lengths in each shard.
  for (int64_t row = 0; row < 8; ++row) {
    for (int64_t t = row % 3 + 1; t < 3; ++t) {
      x.data<float>()[(row * 3 + t) * 2] = x.data<float>()[(row * 3 + t) * 2 + 1] = 0;
    }
  }
  return *Dataset::FromTensors({{"x", x}, {"y/a", a}, {"y/b", b}, {"y/c", b}});
}

struct Trained {
  std::vector<Tensor> weights;
  Logs logs;
};

Trained Train(const Distribution& distribution) {
  backend::cpu::CpuDevice device;
  const Functional model = Net();
  model->set_compile_config(*Json::Parse(R"({"optimizer": "sgd", "loss_weights": [1, 2, 0.5],
    "loss": {"a": "mse", "b": "mae", "c": "mse"}, "metrics": {"a": ["mae"]}})"));
  const auto trainer = Trainer::Create(*model, device, distribution);
  EXPECT_TRUE(trainer.ok()) << trainer.status();
  const Dataset data = Sequences();
  const auto history =
      (*trainer)->Fit(data, nullptr, {.batch_size = 8, .epochs = 3, .shuffle = false});
  EXPECT_TRUE(history.ok()) << history.status();
  EXPECT_TRUE((*trainer)->SyncToHost().ok());
  Trained trained{.weights = model->GetWeights(), .logs = {}};
  if (!history.ok()) return trained;
  for (const auto& [name, values] : history->values) trained.logs[name] = values.back();
  return trained;
}

TEST(LossGroups, SeveralMaskedLossesOverShardsAreThoseOfTheWhole) {
  const Trained whole = Train({});
  const auto communicators = comm::MakeLocalCommunicators(/*size=*/1, /*total_shards=*/4);
  const Trained sharded = Train({.communicator = communicators[0].get()});
  ASSERT_EQ(whole.logs.size(), sharded.logs.size());
  for (const auto& [name, value] : whole.logs) {
    EXPECT_NEAR(sharded.logs.at(name), value, 1e-5 * std::max(1.0, std::abs(value))) << name;
  }
  for (size_t i = 0; i < whole.weights.size(); ++i) {
    for (int64_t k = 0; k < whole.weights[i].num_elements(); ++k) {
      EXPECT_NEAR(sharded.weights[i].At(k), whole.weights[i].At(k), 1e-5);
    }
  }
}

}  // namespace
}  // namespace tricorn::keras
