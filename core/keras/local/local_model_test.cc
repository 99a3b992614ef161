#include "core/keras/local/local_model.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/base/random.h"
#include "core/keras/layers/convolutional/conv.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/core/masking.h"
#include "core/keras/layers/pooling/max_pooling.h"
#include "core/keras/layers/preprocessing/rescaling.h"
#include "core/keras/layers/reshaping/flatten.h"
#include "core/keras/losses/crossentropy.h"
#include "core/keras/models/functional.h"
#include "core/keras/models/sequential.h"
#include "core/keras/optimizers/adam.h"
#include "core/keras/optimizers/sgd.h"

namespace tricorn::keras {
namespace {

// Points on either side of a line.
Dataset TwoClasses(int64_t rows) {
  PhiloxStream random(7);
  Tensor x(DType::kF32, {rows, 2});
  Tensor y(DType::kI32, {rows});
  for (int64_t i = 0; i < rows; ++i) {
    const float a = random.Uniform() * 2 - 1;
    const float b = random.Uniform() * 2 - 1;
    x.data<float>()[2 * i] = a;
    x.data<float>()[2 * i + 1] = b;
    y.data<int32_t>()[i] = a + 2 * b > 0 ? 1 : 0;
  }
  return *Dataset::FromTensors({{"x", x}, {"y", y}});
}

LocalModel Classifier() {
  return LocalModel(Sequential(
      {Input({.shape = {{2}}}), Dense({.units = 8, .activation = "relu"}), Dense({.units = 2})}));
}

CompileOptions Compiled() {
  return {.optimizer = Adam({.learning_rate = 0.05}),
          .loss = SparseCategoricalCrossentropy({.from_logits = true}),
          .metrics = {"accuracy"}};
}

TEST(LocalModel, LearnsAndContinuesFromItsArchive) {
  const Dataset data = TwoClasses(256);
  LocalModel model = Classifier();
  ASSERT_EQ(model.Compile(Compiled()), absl::OkStatus());
  const auto history = model.Fit(data, {.batch_size = 32, .epochs = 5});
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_GT(history->values.at("accuracy").back(), 0.95);

  const std::string path = testing::TempDir() + "/local_model.keras";
  ASSERT_EQ(model.Save(path), absl::OkStatus());
  auto loaded = LocalModel::Load(path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  // Both go on alike only if optimizer state came along.
  const auto more = model.Fit(data, {.batch_size = 32, .epochs = 1});
  const auto same = loaded->Fit(data, {.batch_size = 32, .epochs = 1});
  ASSERT_TRUE(more.ok() && same.ok()) << same.status();
  EXPECT_EQ(more->values, same->values);
}

TEST(LocalModel, KeepsOptimizerStateThroughLoadAndSave) {
  const Dataset data = TwoClasses(64);
  LocalModel model = Classifier();
  ASSERT_EQ(model.Compile(Compiled()), absl::OkStatus());
  ASSERT_TRUE(model.Fit(data, {.batch_size = 32, .epochs = 1}).ok());
  const std::string trained = testing::TempDir() + "/trained.keras";
  const std::string copied = testing::TempDir() + "/copied.keras";
  ASSERT_EQ(model.Save(trained), absl::OkStatus());
  auto loaded = LocalModel::Load(trained);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ASSERT_EQ(loaded->Save(copied), absl::OkStatus());
  EXPECT_EQ(Load(Env::Posix(), copied)->optimizer.variables.size(),
            Load(Env::Posix(), trained)->optimizer.variables.size());
}

TEST(LocalModel, TrainsAnArchiveThatKerasSavedBeforeTheFirstStep) {
  // Keras then stores two optimizer variables: the step and the learning rate.
  LocalModel model = Classifier();
  ASSERT_EQ(model.Compile(Compiled()), absl::OkStatus());
  const std::string path = testing::TempDir() + "/two_variables.keras";
  const OptimizerState two{"adam", {Tensor::Scalar<int32_t>(0), Tensor::Scalar<float>(0.05f)}};
  ASSERT_EQ(Save(Env::Posix(), path, model.model(), absl::UnixEpoch(), two), absl::OkStatus());
  auto loaded = LocalModel::Load(path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_TRUE(loaded->Fit(TwoClasses(64), {.batch_size = 32}).ok());
}

TEST(LocalModel, RefusesToTrainWithoutALoss) {
  LocalModel model = Classifier();
  ASSERT_EQ(model.Compile({.optimizer = "adam"}), absl::OkStatus());
  EXPECT_EQ(std::string(model.Fit(TwoClasses(8)).status().message()),
            "compile: expected a loss to train with, received none");
}

TEST(LocalModel, NamesWhatDoesNotFit) {
  LocalModel model = Classifier();
  EXPECT_EQ(model.Fit(TwoClasses(8)).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(model.Compile({.optimizer = "adamm", .loss = "mse"}).code(),
            absl::StatusCode::kNotFound);
  ASSERT_EQ(model.Compile(Compiled()), absl::OkStatus());
  Dataset bad = *Dataset::FromTensors(
      {{"x", Tensor(DType::kF32, {4, 2})}, {"y", Tensor::From<int32_t>({4}, {0, 1, 2, 0})}});
  EXPECT_EQ(std::string(model.Fit(bad).status().message()),
            "y: expected class indices in [0, 2), received 2");
  LocalModel off_axis = Classifier();
  ASSERT_EQ(
      off_axis.Compile({.optimizer = "sgd", .loss = SparseCategoricalCrossentropy({.axis = 7})}),
      absl::OkStatus());
  EXPECT_EQ(off_axis.Fit(TwoClasses(8)).status().code(), absl::StatusCode::kInvalidArgument);
  const auto wrong = model.Predict({Tensor(DType::kF32, {4, 3})});
  EXPECT_NE(std::string(wrong.status().message()).find("expected input 0 of shape (None, 2)"),
            std::string::npos)
      << wrong.status();
}

// As README.md shows it.
TEST(LocalModel, TrainsTheConvolutionalExample) {
  LocalModel model(Sequential({Input({.shape = {{28, 28, 1}}}), Rescaling({.scale = 1.0 / 255}),
                               Conv2D({.filters = 4, .kernel_size = 3, .activation = "relu"}),
                               MaxPooling2D(), Flatten(), Dense({.units = 10})}));
  ASSERT_EQ(model.Compile({.optimizer = Adam({.learning_rate = 0.001}),
                           .loss = SparseCategoricalCrossentropy({.from_logits = true}),
                           .metrics = {"accuracy"}}),
            absl::OkStatus());
  const Dataset train = *Dataset::FromTensors(
      {{"x", Tensor(DType::kU8, {16, 28, 28, 1})}, {"y", Tensor(DType::kU8, {16})}});
  const auto history = model.Fit(train, {.batch_size = 8, .epochs = 1});
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(model.Predict({Tensor(DType::kU8, {3, 28, 28, 1})})->front().shape(), (Shape{3, 10}));
}

TEST(Optimizers, TakeTheirOwnDefaults) {
  EXPECT_EQ(SGD().GetConfig()["learning_rate"].AsDouble(), static_cast<double>(0.01f));
  EXPECT_EQ(AdamW({.learning_rate = 1e-4}).GetConfig()["weight_decay"].AsDouble(), 0.004);
  EXPECT_EQ(Adam({.clipnorm = 1.0}).GetConfig()["learning_rate"].AsDouble(),
            static_cast<double>(0.001f));
}

// Two inputs and two outputs, by name.
LocalModel TwoByTwo() {
  const KerasTensor a = Input({.shape = {{2}}, .name = "a"});
  const KerasTensor b = Input({.shape = {{2}}, .name = "b"});
  const KerasTensor u = Dense({.units = 1}, {.name = "u"})(a);
  const KerasTensor v = Dense({.units = 1}, {.name = "v"})(b);
  return LocalModel(Functional({a, b}, {u, v}));
}

Tensor Column(std::vector<float> values) {
  const auto rows = static_cast<int64_t>(values.size());
  return Tensor::From<float>({rows, 1}, values);
}

const Tensor kPairs = Tensor::From<float>({2, 2}, {1, 2, 3, 4});

TEST(LocalModel, TakesDictionariesOfWhichLabelsMayLack) {
  LocalModel model = TwoByTwo();
  ASSERT_EQ(model.Compile({.optimizer = SGD({.learning_rate = 0.01}),
                           .loss = *Json::Parse(R"({"u": "mse"})"),
                           .metrics_json = *Json::Parse(R"({"u": ["mae"]})"),
                           .weighted_metrics_json = *Json::Parse(R"({"u": ["mse"]})")}),
            absl::OkStatus());
  const Arrays x(Arrays::Dict{{"b", kPairs}, {"a", kPairs}});
  const Arrays y(Arrays::Dict{{"u", Column({1, 2})}});
  const Arrays weights(Arrays::Dict{{"u", Tensor::From<float>({2}, {0, 2})}});
  const auto data = DatasetOf(x, y, weights);
  ASSERT_TRUE(data.ok()) << data.status();
  const auto history = model.Fit(*data, {.epochs = 2});
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(history->values.count("loss") + history->values.count("u_mae") +
                history->values.count("u_mse"),
            3u);
  const auto wrong = DatasetOf(x, Arrays(Arrays::Dict{{"v", Column({1, 2})}}));
  EXPECT_EQ(std::string(model.Evaluate(*wrong).status().message()),
            "y: expected labels of output 'u', which has metrics");
  const auto unknown =
      DatasetOf(x, Arrays(Arrays::Dict{{"u", Column({1, 2})}, {"w", Column({1, 2})}}));
  EXPECT_EQ(std::string(model.Evaluate(*unknown).status().message()),
            "y: expected names of the model's (u, v), received 'w'");
}

TEST(LocalModel, RunsSingleBatches) {
  LocalModel model(Sequential({Input({.shape = {{2}}}), Dense({.units = 2})}));
  ASSERT_EQ(model.Compile({.optimizer = SGD({.learning_rate = 0.1}),
                           .loss = SparseCategoricalCrossentropy({.from_logits = true}),
                           .metrics = {"accuracy"}}),
            absl::OkStatus());
  const Tensor y = Tensor::From<int32_t>({2}, {0, 1});
  const auto first = model.TrainOnBatch(kPairs, {.y = y, .class_weight = {{0, 2.0}}});
  ASSERT_TRUE(first.ok()) << first.status();
  // Logs go on from step to step, until they are reset.
  const double tested = model.TestOnBatch(kPairs, {.y = y})->at("loss");
  ASSERT_EQ(model.ResetMetrics(), absl::OkStatus());
  const double alone = model.TestOnBatch(kPairs, {.y = y})->at("loss");
  EXPECT_NEAR(tested, (first->at("loss") + alone) / 2, 1e-5);
  EXPECT_EQ(model.PredictOnBatch({kPairs})->at(0).shape(), Shape({2, 2}));
  EXPECT_EQ(
      std::string(model
                      .TrainOnBatch(kPairs, {.y = y,
                                             .sample_weight = Tensor::From<float>({2}, {1, 1}),
                                             .class_weight = {{0, 2.0}}})
                      .status()
                      .message()),
      "class_weight: expected no sample_weight beside it, received both");
}

TEST(LocalModel, GoesThroughTheDataWhereEpochsAreShorter) {
  LocalModel model(Sequential({Input({.shape = {{1}}}), Dense({.units = 1})}));
  ASSERT_EQ(model.Compile({.optimizer = SGD({.learning_rate = 0.0}), .loss = "mse"}),
            absl::OkStatus());
  const auto data = DatasetOf(Column({0, 0, 0, 0, 0}), Column({1, 2, 3, 4, 5}));
  const auto history =
      model.Fit(*data, {.batch_size = 1, .epochs = 4, .shuffle = false, .steps_per_epoch = 2});
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(history->values.at("loss"), (std::vector<double>{2.5, 12.5, 25, 2.5}));
}

TEST(LocalModel, ValidatesAfterTheEpochsThatAreListed) {
  LocalModel model(Sequential({Input({.shape = {{1}}}), Dense({.units = 1})}));
  ASSERT_EQ(model.Compile({.loss = "mse"}), absl::OkStatus());
  const auto data = DatasetOf(Column({1, 2, 3, 4}), Column({1, 2, 3, 4}));
  const auto listed =
      model.Fit(*data, {.epochs = 4, .validation_split = 0.5, .validation_freq = {1, 4}});
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->values.at("val_loss").size(), 2u);
  const auto every =
      model.Fit(*data, {.epochs = 5, .initial_epoch = 1, .validation_freq = 2}, &*data);
  EXPECT_EQ(every->values.at("val_loss").size(), 2u);
  EXPECT_EQ(every->epochs, (std::vector<int64_t>{1, 2, 3, 4}));
}

TEST(LocalModel, SaysWhichMasksCameOut) {
  LocalModel model(Sequential({Input({.shape = {{2, 1}}}), Masking({.mask_value = 0})}));
  const auto masks = model.ComputeMask({Tensor::From<float>({1, 2, 1}, {0, 3})});
  ASSERT_TRUE(masks.ok()) << masks.status();
  ASSERT_TRUE(masks->at(0).has_value());
  EXPECT_EQ(masks->at(0)->At(0) + 2 * masks->at(0)->At(1), 2);
  EXPECT_FALSE(Classifier().ComputeMask({kPairs})->at(0).has_value());
}

TEST(LocalModel, TakesWeightsFromAFile) {
  const Dataset data = TwoClasses(64);
  LocalModel model = Classifier();
  ASSERT_EQ(model.Compile(Compiled()), absl::OkStatus());
  ASSERT_TRUE(model.Fit(data).ok());
  const std::string path = testing::TempDir() + "/local.weights.h5";
  ASSERT_EQ(model.SaveWeights(path), absl::OkStatus());
  const double saved = model.Evaluate(data)->at("loss");
  ASSERT_TRUE(model.Fit(data, {.epochs = 3}).ok());
  ASSERT_NE(model.Evaluate(data)->at("loss"), saved);
  ASSERT_TRUE(model.LoadWeights(path).ok());
  EXPECT_EQ(model.Evaluate(data)->at("loss"), saved);
}

TEST(LocalModel, TakesTheOptimizersStateOfAFileBeforeItFirstTrains) {
  const Dataset data = TwoClasses(64);
  LocalModel model = Classifier();
  ASSERT_EQ(model.Compile(Compiled()), absl::OkStatus());
  const std::string untrained = testing::TempDir() + "/untrained.keras";
  const std::string path = testing::TempDir() + "/trained.weights.h5";
  ASSERT_EQ(model.Save(untrained), absl::OkStatus());
  ASSERT_TRUE(model.Fit(data, {.epochs = 2}).ok());
  ASSERT_EQ(model.SaveWeights(path), absl::OkStatus());
  auto loaded = LocalModel::Load(untrained);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ASSERT_TRUE(loaded->LoadWeights(path).ok());
  EXPECT_EQ(loaded->Fit(data)->values, model.Fit(data)->values);
}

TEST(LocalModel, ScalesTheLossInMixedFloat16AsCompileDoes) {
  const Tensor x = Tensor::From<float>({1, 1}, {1});
  const Tensor y = Tensor::From<float>({1, 1}, {1e-6f});
  LocalModel model(Sequential({Input({.shape = {{1}}}),
                               Dense({.units = 1, .use_bias = false, .kernel_initializer = "zeros"},
                                     {.dtype = "mixed_float16"})}));
  ASSERT_EQ(model.Compile({.optimizer = SGD({.learning_rate = 1.0}), .loss = "mse"}),
            absl::OkStatus());
  ASSERT_TRUE(model.Fit(*Dataset::FromTensors({{"x", x}, {"y", y}})).ok());
  // A gradient of 2e-6 is 2^-19 in float16, of few bits; 1/32768 of what float16 has in full.
  EXPECT_NEAR(model.model().GetWeights()[0].At(0), 2e-6, 2e-9);
  const std::string path = testing::TempDir() + "/half.keras";
  ASSERT_EQ(model.Save(path), absl::OkStatus());
  EXPECT_EQ(Load(Env::Posix(), path)->optimizer.variables.size(), 6u);  // 2, 2, and 2 of SGD
}

TEST(LocalModel, HasWhatWasTrainedUntilAnError) {
  struct Fails : Callback {
    absl::Status OnEpochEnd(Trainer&, int64_t epoch, Logs&) override {
      return epoch == 1 ? absl::AbortedError("enough") : absl::OkStatus();
    }
  } fails;
  const Dataset data = TwoClasses(64);
  LocalModel model = Classifier(), whole = Classifier();
  ASSERT_EQ(model.Compile(Compiled()), absl::OkStatus());
  ASSERT_EQ(whole.Compile(Compiled()), absl::OkStatus());
  const Tensor x = Tensor::From<float>({1, 2}, {0.5f, -0.25f});
  ASSERT_TRUE(model.Predict({x}).ok());
  EXPECT_TRUE(absl::IsAborted(model.Fit(data, {.epochs = 3}, nullptr, {{&fails}}).status()));
  ASSERT_TRUE(whole.Fit(data, {.epochs = 2}).ok());
  EXPECT_EQ(model.model().GetWeights(), whole.model().GetWeights());
  EXPECT_EQ(*model.Predict({x}), *whole.Predict({x}));
}

TEST(LocalModel, TakesBatchesLargerThanAnything) {
  const Dataset data = TwoClasses(5);
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  LocalModel model = Classifier();
  ASSERT_EQ(model.Compile(Compiled()), absl::OkStatus());
  EXPECT_TRUE(model.Fit(data, {.batch_size = kMost, .epochs = 2}).ok());
  EXPECT_TRUE(model.Evaluate(data, {.batch_size = kMost})->contains("loss"));
  EXPECT_EQ(model.Predict(data, {.batch_size = kMost})->at(0).shape(), Shape({5, 2}));
  EXPECT_TRUE(absl::IsInvalidArgument(model.Evaluate(data, {.steps = 0}).status()));
}

TEST(LocalModel, TellsCallbacksOfPrediction) {
  struct Counts : Callback {
    absl::Status OnPredictBegin(Trainer&) override { return Add(1); }
    absl::Status OnPredictBatchEnd(Trainer&, const Progress&) override { return Add(10); }
    absl::Status OnPredictEnd(Trainer&) override { return Add(100); }
    absl::Status Add(int number) {
      sum += number;
      return absl::OkStatus();
    }
    int sum = 0;
  } counts;
  LocalModel model = Classifier();
  ASSERT_EQ(model.Compile(Compiled()), absl::OkStatus());
  const Dataset data = TwoClasses(64);
  const auto outputs = model.Predict(data, {.batch_size = 16, .steps = 3}, {{&counts}});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_EQ(outputs->at(0).shape(), Shape({48, 2}));
  EXPECT_EQ(counts.sum, 131);
}

}  // namespace
}  // namespace tricorn::keras
