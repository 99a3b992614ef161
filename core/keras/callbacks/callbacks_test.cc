#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/backend/cpu/cpu_device.h"
#include "core/base/env.h"
#include "core/base/failing_env.h"
#include "core/data/dataset.h"
#include "core/keras/callbacks/backup_and_restore.h"
#include "core/keras/callbacks/csv_logger.h"
#include "core/keras/callbacks/early_stopping.h"
#include "core/keras/callbacks/history_callback.h"
#include "core/keras/callbacks/lambda_callback.h"
#include "core/keras/callbacks/learning_rate_scheduler.h"
#include "core/keras/callbacks/model_checkpoint.h"
#include "core/keras/callbacks/progbar_logger.h"
#include "core/keras/callbacks/reduce_lr_on_plateau.h"
#include "core/keras/callbacks/registry.h"
#include "core/keras/callbacks/swap_ema_weights.h"
#include "core/keras/callbacks/terminate_on_nan.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/models/sequential.h"
#include "core/keras/saving/keras_file.h"
#include "core/keras/saving/weights_file.h"
#include "core/keras/schedules/decay.h"

namespace tricorn::keras {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Dataset Line(int64_t rows) {
  Tensor x(DType::kF32, {rows, 1});
  Tensor y(DType::kF32, {rows, 1});
  for (int64_t i = 0; i < rows; ++i) {
    x.data<float>()[i] = static_cast<float>(i) / static_cast<float>(rows);
    y.data<float>()[i] = 3 * x.data<float>()[i] - 1;
  }
  return *Dataset::FromTensors({{"x", x}, {"y", y}});
}

// A line to fit, and what trains it.
struct Fitting {
  explicit Fitting(const std::string& optimizer = R"({"class_name": "SGD", "config": {
                     "learning_rate": 0.1}})",
                   int64_t rows = 32)
      : model({Input({.shape = {{1}}}), Dense({.units = 1, .kernel_initializer = "zeros"})}),
        data(Line(rows)) {
    model->set_compile_config(Json::MakeObject({{"optimizer", *Json::Parse(optimizer)},
                                                {"loss", "mse"},
                                                {"metrics", *Json::Parse(R"(["mae"])")}}));
    trainer = *Trainer::Create(*model, device);
  }

  absl::StatusOr<History> Fit(const FitOptions& options, std::vector<Callback*> callbacks) {
    return trainer->Fit(data, &data, options, callbacks);
  }

  backend::cpu::CpuDevice device;
  Sequential model;
  Dataset data;
  std::unique_ptr<Trainer> trainer;
};

// Puts made-up values in place of a log.
LambdaCallback Script(std::string log, std::vector<double> values) {
  return LambdaCallback({.on_epoch_end = [log, values](Trainer&, int64_t epoch, Logs& logs) {
    logs[log] = values[std::min(static_cast<size_t>(epoch), values.size() - 1)];
    return absl::OkStatus();
  }});
}

std::string TempPath(const std::string& name) {
  const std::string path = testing::TempDir() + "/callbacks_" + name;
  if (Env::Posix().Exists(path)) {
    EXPECT_TRUE(Env::Posix().RemoveRecursively(path).ok());
  }
  return path;
}

TEST(EarlyStopping, StopsAfterPatienceAndTakesTheBestWeightsBack) {
  Fitting fitting;
  LambdaCallback script = Script("val_loss", {5, 3, 4, 4, 2});
  std::vector<Tensor> at_best;
  LambdaCallback note({.on_epoch_end = [&](Trainer& trainer, int64_t epoch, Logs&) {
    if (epoch != 1) return absl::OkStatus();
    const absl::Status status = trainer.SyncToHost();
    at_best = trainer.model().GetWeights();
    return status;
  }});
  EarlyStopping stop({.patience = 2, .restore_best_weights = true});
  const auto history = fitting.Fit({.epochs = 10}, {&script, &note, &stop});
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(history->epochs.size(), 4u);
  EXPECT_EQ(stop.stopped_epoch(), 3);
  EXPECT_EQ(stop.best_epoch(), 1);
  ASSERT_TRUE(fitting.trainer->SyncToHost().ok());
  EXPECT_EQ(fitting.model->GetWeights(), at_best);
}

TEST(EarlyStopping, AsksForAModeThatTheLogDoesNotTell) {
  Fitting fitting;
  EarlyStopping stop({.monitor = "made_up"});
  EXPECT_THAT(std::string(fitting.Fit({.epochs = 2}, {&stop}).status().message()),
              HasSubstr("expected mode 'min' or 'max' for 'made_up'"));
  EarlyStopping unknown({.mode = "least"});
  EXPECT_EQ(std::string(fitting.Fit({.epochs = 2}, {&unknown}).status().message()),
            "EarlyStopping: mode: expected auto, min or max, received 'least'");
}

TEST(ReduceLROnPlateau, ReducesAfterPatienceAndRests) {
  Fitting fitting;
  LambdaCallback script = Script("val_loss", {5, 5, 5, 5, 5});
  ReduceLROnPlateau reduce({.factor = 0.5, .patience = 1, .cooldown = 1, .min_lr = 0.04});
  const auto history = fitting.Fit({.epochs = 5}, {&script, &reduce});
  ASSERT_TRUE(history.ok()) << history.status();
  const std::vector<double>& rates = history->values.at("learning_rate");
  ASSERT_EQ(rates.size(), 5u);
  EXPECT_FLOAT_EQ(static_cast<float>(rates[1]), 0.1f);
  EXPECT_FLOAT_EQ(static_cast<float>(rates[2]), 0.05f);
  EXPECT_FLOAT_EQ(static_cast<float>(rates[4]), 0.04f);
  ReduceLROnPlateau grows({.factor = 1.5});
  EXPECT_FALSE(fitting.Fit({.epochs = 1}, {&grows}).ok());
}

TEST(LearningRateScheduler, SetsTheRateOfEachEpochByFunctionOrSchedule) {
  Fitting fitting;
  LearningRateScheduler by_function({.schedule = EpochSchedule::Function(
                                         [](int64_t epoch, double) { return 0.1 / (1 + epoch); })});
  auto history = fitting.Fit({.epochs = 2}, {&by_function});
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_FLOAT_EQ(static_cast<float>(history->values.at("learning_rate")[1]), 0.05f);

  LearningRateScheduler by_schedule(
      {.schedule = std::shared_ptr<const Schedule>(
           std::make_shared<ExponentialDecay>(ExponentialDecayConfig{
               .initial_learning_rate = 0.2, .decay_steps = 1, .decay_rate = 0.5}))});
  history = fitting.Fit({.epochs = 3}, {&by_schedule});
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_FLOAT_EQ(static_cast<float>(history->values.at("learning_rate")[2]), 0.05f);

  Fitting scheduled(R"({"class_name": "SGD", "config": {"learning_rate": {
    "class_name": "ExponentialDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 1,
    "decay_rate": 0.5}}}})");
  EXPECT_THAT(std::string(scheduled.Fit({.epochs = 1}, {&by_function}).status().message()),
              HasSubstr("expected a learning rate that is a number"));
  EXPECT_NEAR(*scheduled.trainer->LearningRate(scheduled.trainer->optimizer()), 0.1, 1e-7);
}

TEST(ModelCheckpoint, SavesTheBestUnderFilledInNames) {
  Fitting fitting;
  const std::string folder = TempPath("checkpoints");
  LambdaCallback script = Script("val_loss", {0.5, 0.25, 0.75});
  ModelCheckpoint best(
      {.filepath = folder + "/{epoch:02d}-{val_loss:.2f}.keras", .save_best_only = true});
  ModelCheckpoint steps(
      {.filepath = folder + "/{batch}.weights.h5", .save_weights_only = true, .save_freq = 2});
  const auto history = fitting.Fit({.batch_size = 8, .epochs = 3}, {&script, &best, &steps});
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_THAT(*Env::Posix().List(folder),
              ElementsAre("01-0.50.keras", "02-0.25.keras", "2.weights.h5", "4.weights.h5"));
  const auto loaded = Load(Env::Posix(), best.last_path());
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->optimizer.variables.size(), 2u);
  const auto weights = LoadWeights(Env::Posix(), folder + "/4.weights.h5", *fitting.model);
  ASSERT_TRUE(weights.ok()) << weights.status();
  EXPECT_EQ(weights->optimizer.variables[0].At(0), 12);

  ModelCheckpoint odd({.filepath = "model.bin"});
  EXPECT_THAT(std::string(fitting.Fit({.epochs = 1}, {&odd}).status().message()),
              HasSubstr("expected a path that ends in .keras or .h5, received 'model.bin'"));
  ModelCheckpoint misnamed({.filepath = folder + "/{no_log}.keras"});
  EXPECT_THAT(std::string(fitting.Fit({.epochs = 1}, {&misnamed}).status().message()),
              HasSubstr("expected names of logs"));
}

TEST(TerminateOnNaN, EndsInOrderOrWithAnError) {
  Fitting fitting(R"({"class_name": "SGD", "config": {"learning_rate": 1e30}})");
  TerminateOnNaN gentle;
  const auto history = fitting.Fit({.batch_size = 8, .epochs = 9}, {&gentle});
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_LT(history->epochs.size(), 9u);
  Fitting again(R"({"class_name": "SGD", "config": {"learning_rate": 1e30}})");
  TerminateOnNaN strict({.raise_error = true});
  EXPECT_THAT(std::string(again.Fit({.batch_size = 8, .epochs = 9}, {&strict}).status().message()),
              HasSubstr("loss: expected a finite number"));
}

TEST(CSVLogger, WritesKerassLines) {
  Fitting fitting;
  const std::string path = TempPath("log.csv");
  CSVLogger log({.filename = path, .separator = ";"});
  ASSERT_TRUE(fitting.trainer->Fit(fitting.data, nullptr, {.epochs = 2}, {{&log}}).ok());
  const std::string text = *Env::Posix().ReadFile(path);
  EXPECT_THAT(text, HasSubstr("epoch;loss;mae;val_loss;val_mae\r\n0;"));
  EXPECT_THAT(text, HasSubstr(";NA;NA\r\n1;"));
  CSVLogger more({.filename = path, .separator = ";", .append = true});
  ASSERT_TRUE(fitting.trainer->Fit(fitting.data, nullptr, {.epochs = 1}, {{&more}}).ok());
  const std::string longer = *Env::Posix().ReadFile(path);
  EXPECT_TRUE(longer.starts_with(text));
  EXPECT_EQ(longer.find("epoch", 1), longer.npos);
  LambdaCallback script = Script("loss", {std::nan(""), -HUGE_VAL});
  CSVLogger odd({.filename = path});
  ASSERT_TRUE(fitting.trainer->Fit(fitting.data, nullptr, {.epochs = 2}, {{&script, &odd}}).ok());
  const std::string numbers = *Env::Posix().ReadFile(path);
  EXPECT_THAT(numbers, HasSubstr("\r\n0,nan,"));
  EXPECT_THAT(numbers, HasSubstr("\r\n1,-inf,"));
}

TEST(BackupAndRestore, GoesOnWhereFitWasInterrupted) {
  const std::string folder = TempPath("backup");
  Fitting whole(R"({"class_name": "Adam", "config": {}})");
  const auto expected = whole.Fit({.epochs = 4, .shuffle = false}, {});
  ASSERT_TRUE(expected.ok()) << expected.status();

  Fitting first(R"({"class_name": "Adam", "config": {}})");
  BackupAndRestore backup({.backup_dir = folder, .double_checkpoint = true});
  LambdaCallback crash({.on_epoch_begin = [](Trainer&, int64_t epoch) {
    return epoch == 2 ? absl::AbortedError("crash") : absl::OkStatus();
  }});
  EXPECT_FALSE(first.Fit({.epochs = 4, .shuffle = false}, {&backup, &crash}).ok());
  EXPECT_TRUE(Env::Posix().Exists(folder + "/latest.weights.h5"));

  Fitting second(R"({"class_name": "Adam", "config": {}})");
  const auto rest = second.Fit({.epochs = 4, .shuffle = false}, {&backup});
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_THAT(rest->epochs, ElementsAre(2, 3));
  EXPECT_EQ(rest->values.at("loss")[1], expected->values.at("loss")[3]);
  EXPECT_FALSE(Env::Posix().Exists(folder));
}

TEST(BackupAndRestore, TakesTheBackupBeforeWhenTheLastIsDamaged) {
  const std::string folder = TempPath("double_backup");
  Fitting fitting;
  BackupAndRestore backup(
      {.backup_dir = folder, .double_checkpoint = true, .delete_checkpoint = false});
  ASSERT_TRUE(fitting.Fit({.epochs = 3}, {&backup}).ok());
  ASSERT_TRUE(Env::Posix().WriteFileAtomically(folder + "/latest.weights.h5", "damaged").ok());
  const auto rest = fitting.Fit({.epochs = 4}, {&backup});
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_THAT(rest->epochs, ElementsAre(2, 3));
}

TEST(BackupAndRestore, AFailureAtAnyMomentLosesNothingAndRepeatsNothing) {
  const std::string adam = R"({"class_name": "Adam", "config": {}})";
  const FitOptions options{.epochs = 3, .shuffle = false};
  Fitting whole(adam);
  ASSERT_TRUE(whole.Fit(options, {}).ok());
  ASSERT_TRUE(whole.trainer->SyncToHost().ok());
  for (int allowed = 0;; ++allowed) {
    ASSERT_LT(allowed, 200);
    const BackupAndRestoreConfig config{.backup_dir = TempPath("killed_backup")};
    FailingEnv failing(allowed);
    BackupAndRestore killed(config, failing), backup(config);
    Fitting first(adam), second(adam);
    if (first.Fit(options, {&killed}).ok()) break;
    ASSERT_TRUE(second.Fit(options, {&backup}).ok()) << allowed;
    ASSERT_TRUE(second.trainer->SyncToHost().ok());
    EXPECT_EQ(second.model->GetWeights(), whole.model->GetWeights()) << allowed;
  }
}

TEST(SwapEMAWeights, GoesOnFromACheckpointAtTheEndOfAnEpoch) {
  const std::string optimizer = R"({"class_name": "SGD", "config": {"learning_rate": 0.1,
    "use_ema": true, "ema_momentum": 0.9}})";
  Fitting whole(optimizer), second(optimizer);
  SwapEMAWeights swap({.swap_on_epoch = true}), restored({.swap_on_epoch = true});
  struct {
    std::vector<Tensor> weights, optimizer;
    Callback::State callback;
  } checkpoint;
  LambdaCallback save({.on_epoch_end = [&](Trainer& trainer, int64_t epoch, Logs&) {
    if (epoch != 0) return absl::OkStatus();
    const absl::Status status = trainer.SyncToHost();
    checkpoint = {trainer.model().GetWeights(), trainer.OptimizerState(), swap.SaveState()};
    return status;
  }});
  ASSERT_TRUE(whole.Fit({.epochs = 3, .shuffle = false}, {&swap, &save}).ok());
  LambdaCallback restore({.on_train_begin = [&](Trainer& trainer, FitOptions&) {
    return restored.RestoreState(trainer, checkpoint.callback);
  }});
  ASSERT_TRUE(second.model->SetWeights(checkpoint.weights).ok());
  ASSERT_TRUE(second.trainer->SetOptimizerState(checkpoint.optimizer).ok());
  ASSERT_TRUE(
      second.Fit({.epochs = 3, .initial_epoch = 1, .shuffle = false}, {&restored, &restore}).ok());
  ASSERT_TRUE(whole.trainer->SyncToHost().ok() && second.trainer->SyncToHost().ok());
  EXPECT_EQ(second.model->GetWeights(), whole.model->GetWeights());
}

TEST(SwapEMAWeights, EvaluatesWithTheAverages) {
  const std::string optimizer = R"({"class_name": "SGD", "config": {"learning_rate": 0.1,
    "use_ema": true, "ema_momentum": 0.9}})";
  Fitting plain(optimizer), swapped(optimizer);
  SwapEMAWeights swap;
  const auto without = plain.Fit({.epochs = 2, .shuffle = false}, {});
  const auto with = swapped.Fit({.epochs = 2, .shuffle = false}, {&swap});
  ASSERT_TRUE(without.ok() && with.ok()) << with.status();
  EXPECT_EQ(without->values.at("loss"), with->values.at("loss"));
  EXPECT_NE(without->values.at("val_loss"), with->values.at("val_loss"));
  // Fit ends with the averages: what they evaluated to, they still do.
  ASSERT_TRUE(swapped.trainer->SyncToHost().ok());
  EXPECT_NEAR(swapped.trainer->Evaluate(swapped.data)->at("loss"),
              with->values.at("val_loss").back(), 1e-6);

  Fitting none;
  EXPECT_EQ(std::string(none.Fit({.epochs = 1}, {&swap}).status().message()),
            "SwapEMAWeights: expected an optimizer with use_ema, received sgd");
}

TEST(SwapEMAWeights, ShowsTheAveragesToCallbacksAtTheEndOfAnEpoch) {
  Fitting fitting(R"({"class_name": "SGD", "config": {"learning_rate": 0.1, "use_ema": true}})");
  SwapEMAWeights swap({.swap_on_epoch = true});
  std::vector<std::vector<Tensor>> seen;
  LambdaCallback note({.on_epoch_end = [&](Trainer& trainer, int64_t, Logs&) {
    const absl::Status status = trainer.SyncToHost();
    seen.push_back(trainer.model().GetWeights());
    return status;
  }});
  ASSERT_TRUE(fitting.Fit({.epochs = 2}, {&swap, &note}).ok());
  ASSERT_TRUE(fitting.trainer->SyncToHost().ok());
  EXPECT_EQ(fitting.model->GetWeights(), seen.back());
}

TEST(ProgbarLogger, DrawsOneLineAnEpoch) {
  Fitting fitting;
  std::string text;
  ProgbarLogger progress(2, [&](std::string_view more) { text += more; });
  ASSERT_TRUE(fitting.Fit({.batch_size = 8, .epochs = 2}, {&progress}).ok());
  EXPECT_THAT(text, HasSubstr("Epoch 1/2\n4/4 - 0s"));
  EXPECT_THAT(text, HasSubstr(" - loss: "));
  EXPECT_THAT(text, HasSubstr(" - val_mae: "));
}

TEST(Registry, MakesCallbacksFromTheirConfigs) {
  Registries objects;
  AddCallbacks(objects.Of<Callback>());
  const Deserializer deserializer(objects);
  const EarlyStopping stop({.monitor = "loss", .patience = 3, .baseline = 0.5});
  const auto copy = deserializer.Object<Callback>(SerializeObject(stop));
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_EQ(dynamic_cast<const EarlyStopping&>(**copy).GetConfig(), stop.GetConfig());
  EXPECT_EQ(std::string(deserializer
                            .Object<Callback>(*Json::Parse(
                                R"({"class_name": "ReduceLROnPlateau", "config": {"factor": 2}})"))
                            .status()
                            .message()),
            "ReduceLROnPlateau: factor: expected a number below 1, received 2");
}

TEST(HistoryCallback, IsWhatFitReturns) {
  Fitting fitting;
  HistoryCallback history;
  const auto returned = fitting.Fit({.epochs = 2}, {&history});
  ASSERT_TRUE(returned.ok()) << returned.status();
  EXPECT_EQ(history.history().values, returned->values);
}

}  // namespace
}  // namespace tricorn::keras
