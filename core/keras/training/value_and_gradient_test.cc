#include "core/keras/training/value_and_gradient.h"

#include <gtest/gtest.h>

#include "core/backend/cpu/cpu_device.h"
#include "core/keras/constraints/non_neg.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/models/sequential.h"
#include "core/keras/optimizers/adam.h"
#include "core/keras/optimizers/sgd.h"
#include "core/keras/training/trainer.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras {
namespace {

Sequential Net() {
  return Sequential(
      {Input({.shape = {{2}}}), Dense({.units = 3, .activation = "tanh"}), Dense({.units = 1})});
}

const Tensor kX = Tensor::From<float>({4, 2}, {0, 1, 1, 0, 1, 1, 0, 0});
const Tensor kY = Tensor::From<float>({4, 1}, {1, 1, 0, 0});

TEST(ValueAndGradient, TrainsAsFitDoes) {
  backend::cpu::CpuDevice device;
  const Sequential by_hand = Net();
  DeviceState state(device);
  const std::vector<Variable*> weights = by_hand->trainable_weights();
  ValueAndGradient loss(state, weights, [&](CallContext& context, ir::Operands batch) {
    const ir::Value y = by_hand->Apply(context, {{batch[0]}})[0];
    return ops::Mean(ops::Square(y - batch[1]));
  });
  Adam adam({.learning_rate = 0.01});
  GradientStep step(state, adam, weights);

  const Sequential fitted = Net();
  fitted->set_compile_config(*Json::Parse(R"({"loss": "mse", "optimizer": {"class_name": "Adam",
    "config": {"learning_rate": 0.01}}})"));
  const auto trainer = *Trainer::Create(*fitted, device);
  for (int i = 0; i < 5; ++i) {
    const auto result = loss({kX, kY});
    ASSERT_TRUE(result.ok()) << result.status();
    ASSERT_EQ(step.Apply(result->gradients), absl::OkStatus());
    ASSERT_EQ(trainer->TrainOnBatch({.x = {kX}, .y = {kY}, .sample_weight = {}}), absl::OkStatus());
  }
  ASSERT_TRUE(state.Download(weights).ok());
  ASSERT_TRUE(trainer->SyncToHost().ok());
  for (size_t i = 0; i < weights.size(); ++i) {
    for (int64_t k = 0; k < weights[i]->value.num_elements(); ++k) {
      EXPECT_NEAR(weights[i]->value.At(k), fitted->trainable_weights()[i]->value.At(k), 1e-5);
    }
  }
}

TEST(ValueAndGradient, WantsAFloatingScalar) {
  backend::cpu::CpuDevice device;
  const Sequential model = Net();
  DeviceState state(device);
  ValueAndGradient rows(state, model->trainable_weights(),
                        [&](CallContext& context, ir::Operands batch) {
                          return model->Apply(context, {{batch[0]}})[0];
                        });
  EXPECT_EQ(std::string(rows({kX}).status().message()),
            "value: expected a floating scalar, received float32(4, 1)");
}

// The values of Keras: constraints come after averages, and after steps that only accumulate.
TEST(GradientStep, ConstrainsWeightsAsKerasDoes) {
  const auto weights_after = [](OptimizerConfig base, std::vector<float> start,
                                const std::vector<std::vector<float>>& gradients) {
    backend::cpu::CpuDevice device;
    DeviceState state(device);
    Variable weight;
    weight.name = weight.path = "w";
    weight.type = {DType::kF32, {2}};
    weight.value = Tensor::From<float>({2}, start);
    weight.constraint = std::make_shared<const NonNeg>();
    base.learning_rate = 1.0;
    SGD sgd(base);
    Variable* const weights[] = {&weight};
    GradientStep step(state, sgd, weights);
    std::vector<float> after;
    for (const std::vector<float>& gradient : gradients) {
      EXPECT_EQ(step.Apply({Tensor::From<float>({2}, gradient)}), absl::OkStatus());
      EXPECT_EQ(state.Download(weights), absl::OkStatus());
      after.insert(after.end(), {weight.value.data<float>()[0], weight.value.data<float>()[1]});
    }
    EXPECT_EQ(state.Download(sgd.variables()), absl::OkStatus());
    sgd.FinalizeVariables();
    after.insert(after.end(), {weight.value.data<float>()[0], weight.value.data<float>()[1]});
    return after;
  };
  EXPECT_EQ(
      weights_after({.use_ema = true, .ema_momentum = 0.5}, {1, 1}, {{2, -1}, {1, 1}, {-3, 0}}),
      (std::vector<float>{0, 2, 0, 1, 3, 1, 1, 1.25}));
  EXPECT_EQ(weights_after({.use_ema = true, .ema_momentum = 0.5, .ema_overwrite_frequency = 2},
                          {1, 1}, {{2, -1}, {1, 1}, {-3, 0}}),
            (std::vector<float>{0, 2, 0, 1.5, 3, 1.5, 1, 1.5}));
  EXPECT_EQ(weights_after({.gradient_accumulation_steps = 2}, {-1, 1},
                          {{2, -1}, {1, 1}, {-3, 0}, {0, 0}}),
            (std::vector<float>{0, 1, 0, 1, 0, 1, 1.5, 1, 1.5, 1}));
}

TEST(GradientStep, WantsOneGradientAVariable) {
  backend::cpu::CpuDevice device;
  const Sequential model = Net();
  DeviceState state(device);
  Adam adam;
  GradientStep step(state, adam, model->trainable_weights());
  EXPECT_EQ(std::string(step.Apply({}).message()),
            "gradients: expected 4, one a variable, received 0");
  EXPECT_EQ(std::string(step.Apply({kX, kX, kX, kX}).message()),
            "sequential/dense/kernel: expected a gradient of shape (2, 3), received (4, 2)");
}

}  // namespace
}  // namespace tricorn::keras
