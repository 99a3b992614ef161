// What the settings of keras.config change in models and their training.

#include "core/keras/settings/settings.h"

#include <gtest/gtest.h>

#include "core/backend/cpu/cpu_device.h"
#include "core/keras/layers/convolutional/conv.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/models/functional.h"
#include "core/keras/training/trainer.h"

namespace tricorn::keras {
namespace {

TEST(Settings, FloatxIsTheDTypeOfWhatNamesNone) {
  Settings settings;
  settings.floatx = DType::kF64;
  const SettingsScope scope(settings);
  const KerasTensor y = Dense({.units = 2})(Input({.shape = {{3}}}));
  EXPECT_EQ(y.type().dtype, DType::kF64);
  EXPECT_EQ(DefaultDTypePolicy().name(), "float64");
  const DTypePolicyScope policy("float32");
  EXPECT_EQ(Dense({.units = 2})(Input({.shape = {{3}}})).type().dtype, DType::kF32);
}

TEST(Settings, ImageDataFormatIsThatOfLayersWithoutOne) {
  Settings settings;
  settings.image_data_format = DataFormat::kChannelsFirst;
  const SettingsScope scope(settings);
  const KerasTensor y =
      Conv2D({.filters = 5, .kernel_size = {2, 2}})(Input({.shape = {{3, 8, 8}}}));
  EXPECT_EQ(ToString(y.shape()), "(None, 5, 7, 7)");
}

TEST(Settings, CapEpochsAndTheirSteps) {
  Settings settings;
  settings.max_epochs = 2;
  settings.max_steps_per_epoch = 3;
  const SettingsScope scope(settings);
  backend::cpu::CpuDevice device;
  const KerasTensor x = Input({.shape = {{2}}});
  const Functional model(x, Dense({.units = 1})(x));
  model->set_compile_config(*Json::Parse(R"({"optimizer": "sgd", "loss": "mse"})"));
  const auto trainer = Trainer::Create(*model, device);
  ASSERT_TRUE(trainer.ok()) << trainer.status();
  const auto data =
      Dataset::FromTensors({{"x", Tensor(DType::kF32, {40, 2})}, {"y", Tensor(DType::kF32, {40})}});
  ASSERT_TRUE(data.ok()) << data.status();
  const auto history = (*trainer)->Fit(*data, nullptr, {.batch_size = 4, .epochs = 5});
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(history->epochs.size(), 2u);
  EXPECT_EQ((*trainer)->global_step(), 6);
}

}  // namespace
}  // namespace tricorn::keras
