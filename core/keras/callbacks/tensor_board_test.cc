#include "core/keras/callbacks/tensor_board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/backend/cpu/cpu_device.h"
#include "core/keras/callbacks/summary_encoder.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/models/sequential.h"

namespace tricorn::keras {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(SummaryEncoder, WritesProtobufsWireFormat) {
  // As tensorflow.Event(wall_time=1.5, file_version="brain.Event:2").SerializeToString().
  EXPECT_EQ(VersionEvent(1.5),
            std::string("\x09\x00\x00\x00\x00\x00\x00\xf8\x3f\x1a\x0d", 11) + "brain.Event:2");
  const std::string scalar = ScalarEvent(1.5, 300, "loss", 0.5);
  EXPECT_EQ(scalar.substr(0, 12),
            std::string("\x09\x00\x00\x00\x00\x00\x00\xf8\x3f\x10\xac\x02", 12));
  EXPECT_THAT(scalar, HasSubstr(std::string("\x2a\x04\x00\x00\x00\x3f", 6)));  // packed floats
  EXPECT_THAT(scalar, HasSubstr("scalars"));
}

TEST(SummaryEncoder, CountsEveryValueOnce) {
  const std::string event = HistogramEvent(0, 1, "w", Tensor::From<float>({4}, {0, 1, 2, 30}));
  // [left, right, count] of 30 buckets as doubles.
  EXPECT_GT(event.size(), 30u * 3 * 8);
  EXPECT_LT(event.size(), 30u * 3 * 8 + 64);
}

TEST(TensorBoard, WritesTrainingAndValidationApart) {
  const std::string folder = testing::TempDir() + "/tensor_board_test";
  if (Env::Posix().Exists(folder)) {
    ASSERT_TRUE(Env::Posix().RemoveRecursively(folder).ok());
  }
  const Sequential model({Input({.shape = {{1}}}), Dense({.units = 1})});
  model->set_compile_config(*Json::Parse(R"({"optimizer": "sgd", "loss": "mse"})"));
  backend::cpu::CpuDevice device;
  const auto trainer = *Trainer::Create(*model, device);
  const Tensor x = Tensor::From<float>({4, 1}, {0, 1, 2, 3});
  const Dataset data = *Dataset::FromTensors({{"x", x}, {"y", x}});
  TensorBoard board({.log_dir = folder, .histogram_freq = 1, .update_freq = 1});
  const auto history = trainer->Fit(data, &data, {.batch_size = 2, .epochs = 2}, {{&board}});
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_THAT(*Env::Posix().List(folder), ElementsAre("train", "validation"));
  const std::string name = Env::Posix().List(folder + "/train")->at(0);
  EXPECT_TRUE(name.starts_with("events.out.tfevents."));
  const std::string train = *Env::Posix().ReadFile(folder + "/train/" + name);
  for (const char* tag : {"epoch_loss", "batch_loss", "epoch_learning_rate", "graph_keras_model",
                          "sequential/dense/kernel/histogram"}) {
    EXPECT_THAT(train, HasSubstr(tag));
  }
  const std::string other = Env::Posix().List(folder + "/validation")->at(0);
  EXPECT_THAT(*Env::Posix().ReadFile(folder + "/validation/" + other),
              HasSubstr("evaluation_loss_vs_iterations"));
}

}  // namespace
}  // namespace tricorn::keras
