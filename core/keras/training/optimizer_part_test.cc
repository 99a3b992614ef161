// Ranks that share the optimizer's state out train as ranks that all have all of it, bit for bit.

#include "core/keras/training/optimizer_part.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <thread>

#include "core/backend/cpu/cpu_device.h"
#include "core/comm/local/local_group.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/normalization/batch_normalization.h"
#include "core/keras/models/functional.h"
#include "core/keras/training/trainer.h"

namespace tricorn::keras {
namespace {

constexpr int64_t kWidth = 700;
constexpr int64_t kInputs = 300;  // 210,000 entries: four units
constexpr int kShards = 4;

// A kernel that is cut, small weights, statistics, a regularizer, a constraint.
Functional Net() {
  const KerasTensor x = Input({.shape = {{kInputs}}, .name = "x"});
  KerasTensor y = Dense({.units = kWidth, .activation = "tanh"}, {.name = "wide"})(x);
  y = BatchNormalization(BatchNormalizationConfig{}, {.name = "norm"})(y);
  y = Dense({.units = 5, .kernel_regularizer = "l2"}, {.name = "narrow"})(y);
  y = Dense({.units = 1, .kernel_constraint = "unit_norm"}, {.name = "last"})(y);
  return Functional(x, y);
}

Dataset Rows() {
  Tensor x(DType::kF32, {20, kInputs});
  Tensor y(DType::kF32, {20, 1});
  for (int64_t i = 0; i < x.num_elements(); ++i) {
    x.data<float>()[i] = static_cast<float>((i * 7919) % 101) / 50 - 1;
  }
  for (int64_t i = 0; i < 20; ++i) y.data<float>()[i] = static_cast<float>(i % 4);
  return *Dataset::FromTensors({{"x", x}, {"y", y}});
}

// One weight of float64: one rank has all of it.
Functional SmallNet() {
  const KerasTensor x = Input({.shape = {{kInputs}}, .dtype = DType::kF64, .name = "x"});
  const KerasTensor y =
      Dense({.units = 1, .use_bias = false}, {.name = "only", .dtype = DTypePolicy("float64")})(x);
  return Functional(x, y);
}

Functional FrozenNet() {
  Functional model = Net();
  model->set_trainable(false);
  return model;
}

struct Trained {
  absl::Status status;
  std::vector<Tensor> weights;
  std::vector<Tensor> state;  // of the optimizer
  Logs logs;
  double moved = 0;  // by how far weights changed
  int64_t slot_nbytes = 0;
  int64_t all_slot_nbytes = 0;
};

struct Run {
  std::string optimizer;
  int ranks = 1;
  bool parts = false;
  const Trained* from = nullptr;  // goes on from there
  std::function<Functional()> net = Net;
};

Trained TrainRank(const Run& run, comm::Communicator& communicator) {
  backend::cpu::CpuDevice device;
  const Functional model = run.net();
  model->set_compile_config(
      *Json::Parse(R"({"loss": "mse", "metrics": ["mae"], "optimizer": )" + run.optimizer + "}"));
  Trained trained;
  const auto trainer = Trainer::Create(
      *model, device, {.communicator = &communicator, .shard_optimizer_state = run.parts});
  trained.status = trainer.status();
  if (!trainer.ok()) return trained;
  if (run.from != nullptr) {
    for (size_t i = 0; i < run.from->weights.size(); ++i) {
      model->weights()[i]->value = run.from->weights[i].Clone();
    }
    trained.status = (*trainer)->SetOptimizerState(run.from->state);
    if (!trained.status.ok()) return trained;
  }
  std::vector<Tensor> before;
  for (const Tensor& weight : model->GetWeights()) before.push_back(weight.Clone());
  const auto history = (*trainer)->Fit(Rows(), nullptr, {.batch_size = 8, .epochs = 2});
  trained.status = history.status();
  if (!history.ok()) return trained;
  for (const auto& [name, values] : history->values) trained.logs[name] = values.back();
  auto state = (*trainer)->GatherOptimizerState();
  trained.status = state.status();
  if (!state.ok()) return trained;
  trained.state = *std::move(state);
  trained.weights = model->GetWeights();
  for (size_t i = 0; i < before.size(); ++i) {
    for (int64_t k = 0; k < before[i].num_elements(); ++k) {
      trained.moved += std::abs(trained.weights[i].At(k) - before[i].At(k));
    }
  }
  if (const OptimizerPart* part = (*trainer)->part()) {
    trained.slot_nbytes = part->own_slot_nbytes();
    trained.all_slot_nbytes = part->all_slot_nbytes();
  }
  return trained;
}

std::vector<Trained> Train(const Run& run) {
  const auto communicators = comm::MakeLocalCommunicators(run.ranks, kShards);
  std::vector<Trained> trained(communicators.size());
  std::vector<std::thread> threads;
  for (size_t rank = 0; rank < communicators.size(); ++rank) {
    threads.emplace_back([&, rank] {
      trained[rank] = TrainRank(run, *communicators[rank]);
      if (!trained[rank].status.ok()) communicators[rank]->Abort(trained[rank].status);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Trained& rank : trained) EXPECT_TRUE(rank.status.ok()) << rank.status;
  return trained;
}

void ExpectSameBits(const std::vector<Tensor>& a, const std::vector<Tensor>& b,
                    const std::string& what) {
  ASSERT_EQ(a.size(), b.size()) << what;
  for (size_t i = 0; i < a.size(); ++i) {
    ASSERT_TRUE(a[i].dtype() == b[i].dtype() && a[i].shape() == b[i].shape()) << what << " " << i;
    EXPECT_EQ(std::memcmp(a[i].bytes(), b[i].bytes(), static_cast<size_t>(a[i].nbytes())), 0)
        << what << " " << i << " of " << a[i].ToString();
  }
}

class OptimizerPartTest : public testing::TestWithParam<const char*> {};

TEST_P(OptimizerPartTest, TrainsAsTheWhole) {
  const Trained whole = Train({.optimizer = GetParam(), .ranks = 1})[0];
  EXPECT_GT(whole.moved, 0);
  for (const int ranks : {2, 4}) {
    for (const Trained& rank : Train({.optimizer = GetParam(), .ranks = ranks, .parts = true})) {
      ExpectSameBits(rank.weights, whole.weights, "weight");
      ExpectSameBits(rank.state, whole.state, "state");
      EXPECT_EQ(rank.logs, whole.logs);
    }
  }
}

// A state that one number of ranks left is what another number goes on from.
TEST_P(OptimizerPartTest, GoesOnWithOtherRanks) {
  const Trained four = Train({.optimizer = GetParam(), .ranks = 4, .parts = true})[0];
  const Trained whole = Train({.optimizer = GetParam(), .ranks = 1, .from = &four})[0];
  for (const int ranks : {2, 3}) {
    const Trained some =
        Train({.optimizer = GetParam(), .ranks = ranks, .parts = true, .from = &four})[0];
    ExpectSameBits(some.weights, whole.weights, "weight");
    ExpectSameBits(some.state, whole.state, "state");
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rules, OptimizerPartTest,
    testing::Values(
        R"({"class_name": "SGD", "config": {"momentum": 0.9, "nesterov": true}})",
        R"({"class_name": "Adam", "config": {"amsgrad": true}})",
        R"({"class_name": "Adam", "config": {"clipnorm": 0.01}})",
        R"({"class_name": "AdamW", "config": {"global_clipnorm": 0.01, "weight_decay": 0.1}})",
        R"({"class_name": "AdamW", "config": {"global_clipnorm": 0.01, "use_ema": true,
            "ema_overwrite_frequency": 2, "gradient_accumulation_steps": 2}})",
        R"({"class_name": "RMSprop", "config": {"clipvalue": 0.001, "use_ema": true}})",
        R"({"class_name": "Nadam", "config": {}})", R"({"class_name": "Lamb", "config": {}})",
        R"({"class_name": "Adafactor", "config": {}})", R"({"class_name": "Muon", "config": {}})",
        R"({"class_name": "ScheduleFreeAdamW", "config": {}})",
        R"({"class_name": "LossScaleOptimizer", "config": {"initial_scale": 1e38, "inner_optimizer":
            {"class_name": "Adam", "config": {"global_clipnorm": 0.01}}}})"));

TEST(OptimizerPart, RanksWithoutAWeightKeepWhatAllShare) {
  const std::string nadam = R"({"class_name": "Nadam", "config": {}})";
  const Trained first = Train({.optimizer = nadam, .net = SmallNet})[0];
  const Trained whole = Train({.optimizer = nadam, .from = &first, .net = SmallNet})[0];
  for (const Trained& rank :
       Train({.optimizer = nadam, .ranks = 2, .parts = true, .from = &first, .net = SmallNet})) {
    ExpectSameBits(rank.weights, whole.weights, "weight");
  }
}

TEST(OptimizerPart, FrozenModelsHaveNothingToShareOut) {
  const std::string sgd = R"({"class_name": "SGD", "config": {"global_clipnorm": 1.0}})";
  for (const Trained& rank :
       Train({.optimizer = sgd, .ranks = 2, .parts = true, .net = FrozenNet})) {
    EXPECT_EQ(rank.all_slot_nbytes, 0);
  }
}

TEST(OptimizerPart, SlotsFallByTheNumberOfRanks) {
  for (const int ranks : {2, 4}) {
    const std::vector<Trained> trained =
        Train({.optimizer = R"("adam")", .ranks = ranks, .parts = true});
    int64_t sum = 0;
    for (const Trained& rank : trained) {
      EXPECT_EQ(rank.all_slot_nbytes,
                2 * 4 * (kInputs * kWidth + kWidth + 2 * kWidth + kWidth * 5 + 5 + 5 + 1));
      // The even share and a unit, in both slots.
      EXPECT_LE(rank.slot_nbytes, rank.all_slot_nbytes / ranks + 2 * 4 * kUnit);
      sum += rank.slot_nbytes;
    }
    EXPECT_EQ(sum, trained[0].all_slot_nbytes);
  }
}

TEST(OptimizerPart, RefusesOptimizersOfSeveralRules) {
  const auto communicators = comm::MakeLocalCommunicators(2, kShards);
  const Trained refused = TrainRank({.optimizer = R"({"module": "keras.optimizers",
      "class_name": "MultiOptimizer", "registered_name": null, "config": {"optimizer_map":
      {"module": "keras.optimizers", "class_name": "OptimizerMap", "registered_name": null,
       "config": {"optimizer_map": {}, "default_optimizer":
         {"module": "keras.optimizers", "class_name": "SGD", "registered_name": null,
          "config": {}}}}}})",
                                     .ranks = 2,
                                     .parts = true},
                                    *communicators[0]);
  EXPECT_TRUE(absl::IsUnimplemented(refused.status)) << refused.status;
  EXPECT_EQ(refused.status.message(),
            "shard_optimizer_state: multi_optimizer: expected an optimizer with one rule for all "
            "weights, to share its state out, received MultiOptimizer of 1 rules");
}

}  // namespace
}  // namespace tricorn::keras
