#include "worker/keras/keras_engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "core/base/env.h"
#include "core/base/status.h"
#include "core/comm/factory/create_communicator.h"
#include "core/comm/host_id.h"
#include "core/comm/memory_store.h"
#include "core/io/keras_archive.h"
#include "core/io/npz.h"
#include "worker/keras/served_model.h"

namespace tricorn::worker {
namespace {

constexpr int64_t kRows = 40;

// A two-layer classifier of 4 numbers, with dropout, as Keras serializes it.
constexpr char kModel[] = R"({
  "module": "keras", "class_name": "Sequential", "registered_name": null,
  "config": {"name": "net", "trainable": true, "layers": [
    {"module": "keras.layers", "class_name": "InputLayer", "registered_name": null,
     "config": {"batch_shape": [null, 4], "dtype": "float32", "sparse": false, "name": "numbers"}},
    {"module": "keras.layers", "class_name": "Dense", "registered_name": null,
     "config": {"name": "hidden", "units": 8, "activation": "relu"}},
    {"module": "keras.layers", "class_name": "Dropout", "registered_name": null,
     "config": {"name": "dropout", "rate": 0.25}},
    {"module": "keras.layers", "class_name": "Dense", "registered_name": null,
     "config": {"name": "logits", "units": 3, "activation": "softmax"}}]},
  "build_config": {"input_shape": [null, 4]}})";
constexpr char kCompile[] =
    R"({"optimizer": "adam", "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]})";

Dataset Numbers(int64_t rows, int classes = 3) {
  Tensor x(DType::kF32, Shape({rows, 4}));
  Tensor y(DType::kI32, Shape({rows}));
  for (int64_t i = 0; i < x.num_elements(); ++i) {
    x.data<float>()[i] = static_cast<float>((i * 7919) % 101) / 50 - 1;
  }
  for (int64_t i = 0; i < rows; ++i) y.data<int32_t>()[i] = static_cast<int32_t>(i % classes);
  return Dataset::FromTensors({{"x", x}, {"y", y}}).value();
}

struct Events : EngineEvents {
  void OnProgress(v1::Progress progress) override { last_progress = std::move(progress); }
  void OnEpochEnd(v1::EpochLogs logs) override { epochs.push_back(std::move(logs)); }
  void OnCheckpoint(CheckpointManifest manifest, MakeFiles make_files) override {
    checkpoints.push_back({std::move(manifest), make_files().value()});
  }
  void OnLog(v1::LogLine::Severity, std::string text) override { lines.push_back(text); }

  v1::Progress last_progress;
  std::vector<v1::EpochLogs> epochs;
  std::vector<Checkpoint> checkpoints;
  std::vector<std::string> lines;
};

v1::JobSpec FitSpec(int epochs) {
  v1::JobSpec spec;
  spec.set_compile_config_json(kCompile);
  spec.mutable_fit()->set_epochs(epochs);
  spec.mutable_fit()->set_batch_size(8);
  return spec;
}

struct Job {
  v1::JobSpec spec;
  std::string model = kModel;
  std::function<Dataset()> data = [] { return Numbers(kRows); };
  int shards = 4;
  std::optional<Checkpoint> restore = std::nullopt;
};

// Runs a job on `world_size` ranks, each a thread; rank 0's result and events.
absl::StatusOr<EngineResult> RunJob(const Job& job, int world_size, Events& events) {
  comm::MemoryStore store;
  absl::StatusOr<EngineResult> result = absl::UnknownError("rank 0 has not run");
  std::vector<std::thread> ranks;
  for (int rank = 0; rank < world_size; ++rank) {
    ranks.emplace_back([&, rank] {
      v1::TrainerTask task;
      *task.mutable_spec() = job.spec;
      task.set_rank(rank);
      task.set_world_size(world_size);
      task.set_virtual_shards(job.shards);
      task.set_seed(11);
      if (job.restore) {
        task.mutable_restore()->set_epoch(static_cast<int32_t>(job.restore->manifest.epoch));
        task.mutable_restore()->set_step(job.restore->manifest.epoch_step);
        task.mutable_restore()->set_global_step(job.restore->manifest.step);
      }
      comm::CommunicatorOptions options;
      options.rank = rank;
      options.size = world_size;
      options.shards = {job.shards * rank / world_size, job.shards * (rank + 1) / world_size};
      options.total_shards = job.shards;
      options.host_id = comm::LocalHostId().value();
      options.store = &store;
      const auto communicator = comm::CreateCommunicator(options);
      ASSERT_TRUE(communicator.ok()) << communicator.status();
      Events other;
      auto own = KerasEngine().Run({.task = task,
                                    .model = job.model,
                                    .data = job.data(),
                                    .validation_data = std::nullopt,
                                    .restore = job.restore,
                                    .communicator = **communicator,
                                    .threads = 1},
                                   rank == 0 ? events : other);
      if (!own.ok()) (*communicator)->Abort(own.status());
      if (rank == 0) result = std::move(own);
    });
  }
  for (std::thread& rank : ranks) rank.join();
  return result;
}

// The archive without its date.
std::string WithoutDate(const std::string& bytes) {
  KerasArchive archive = ParseKerasArchive(bytes).value();
  archive.metadata = Json();
  return SerializeKerasArchive(archive).value();
}

TEST(KerasEngine, FitTellsStepsEpochsAndRestorePoints) {
  Events events;
  const auto result = RunJob({.spec = FitSpec(3)}, 1, events);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(events.last_progress.global_step(), 15);
  EXPECT_EQ(events.last_progress.steps(), 5);
  ASSERT_EQ(events.epochs.size(), 3u);
  EXPECT_GT(events.epochs[0].logs().at("loss"), 0);
  EXPECT_GE(events.epochs[0].logs().at("accuracy"), 0);
  ASSERT_EQ(events.checkpoints.size(), 3u);
  EXPECT_EQ(events.checkpoints[1].manifest.epoch, 2);
  EXPECT_EQ(events.checkpoints[1].manifest.step, 10);
  EXPECT_EQ(result->metrics.at("loss"), events.epochs[2].logs().at("loss"));
}

TEST(KerasEngine, GoesOnFromARestorePointWithTheSameBits) {
  Events whole, rest;
  const auto expected = RunJob({.spec = FitSpec(3)}, 1, whole);
  ASSERT_TRUE(expected.ok()) << expected.status();
  const auto result = RunJob({.spec = FitSpec(3), .restore = whole.checkpoints[0]}, 1, rest);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(rest.epochs.size(), 2u);
  EXPECT_EQ(rest.last_progress.global_step(), 15);
  EXPECT_TRUE(WithoutDate(result->model) == WithoutDate(expected->model));
}

TEST(KerasEngine, ActivationsComputedAgainGiveTheSameBits) {
  Events kept, again;
  v1::JobSpec spec = FitSpec(2);
  const auto expected = RunJob({.spec = spec}, 1, kept);
  ASSERT_TRUE(expected.ok()) << expected.status();
  spec.mutable_fit()->set_remat("full");
  const auto result = RunJob({.spec = spec}, 1, again);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE(WithoutDate(result->model) == WithoutDate(expected->model));
}

TEST(KerasEngine, GoesOnWithinAnEpochWithTheSameBitsAndLogs) {
  v1::JobSpec spec = FitSpec(3);
  spec.mutable_checkpoint_policy()->set_every_epochs(2);
  spec.mutable_checkpoint_policy()->set_every_steps(3);
  Events whole;
  const auto expected = RunJob({.spec = spec}, 1, whole);
  ASSERT_TRUE(expected.ok()) << expected.status();
  std::vector<std::pair<int64_t, int64_t>> positions;
  for (const Checkpoint& checkpoint : whole.checkpoints) {
    positions.emplace_back(checkpoint.manifest.epoch, checkpoint.manifest.epoch_step);
  }
  EXPECT_EQ(positions, (std::vector<std::pair<int64_t, int64_t>>{
                           {0, 3}, {1, 1}, {1, 4}, {2, 0}, {2, 2}, {3, 0}}));
  for (size_t i = 0; i + 1 < whole.checkpoints.size(); ++i) {
    Events rest;
    const auto result = RunJob({.spec = spec, .restore = whole.checkpoints[i]}, 2, rest);
    ASSERT_TRUE(result.ok()) << i << ": " << result.status();
    EXPECT_EQ(rest.last_progress.global_step(), 15);
    ASSERT_FALSE(rest.epochs.empty());
    const auto& undisturbed = whole.epochs[static_cast<size_t>(rest.epochs[0].epoch())].logs();
    EXPECT_EQ(rest.epochs[0].logs().at("loss"), undisturbed.at("loss")) << i;
    EXPECT_EQ(rest.epochs[0].logs().at("accuracy"), undisturbed.at("accuracy")) << i;
    EXPECT_TRUE(WithoutDate(result->model) == WithoutDate(expected->model)) << i;
  }
}

TEST(KerasEngine, CallbacksStopAJobAlsoOneThatGoesOnFromARestorePoint) {
  v1::JobSpec spec = FitSpec(6);
  // More of a loss that gets less never comes: the second epoch and the third wait in vain.
  spec.mutable_fit()->add_callbacks_json(R"({"class_name": "EarlyStopping", "config": {
      "monitor": "loss", "mode": "max", "patience": 2, "restore_best_weights": true}})");
  spec.mutable_fit()->add_callbacks_json(R"({"class_name": "ReduceLROnPlateau", "config": {
      "monitor": "loss", "mode": "max", "patience": 1, "factor": 0.5}})");
  Events whole, rest, stopped;
  const auto expected = RunJob({.spec = spec}, 2, whole);
  ASSERT_TRUE(expected.ok()) << expected.status();
  ASSERT_EQ(whole.epochs.size(), 3u);
  EXPECT_FLOAT_EQ(static_cast<float>(whole.epochs[2].logs().at("learning_rate")), 0.0005f);
  const auto result = RunJob({.spec = spec, .restore = whole.checkpoints[1]}, 2, rest);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(rest.epochs.size(), 1u);
  EXPECT_TRUE(WithoutDate(result->model) == WithoutDate(expected->model));
  // From where it had stopped, nothing more is trained.
  const auto again = RunJob({.spec = spec, .restore = whole.checkpoints[2]}, 2, stopped);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(stopped.epochs.size(), 0u);
  EXPECT_TRUE(WithoutDate(again->model) == WithoutDate(expected->model));
}

TEST(KerasEngine, TwoRanksComputeTheBitsOfOne) {
  Events one, two;
  const auto expected = RunJob({.spec = FitSpec(2)}, 1, one);
  const auto result = RunJob({.spec = FitSpec(2)}, 2, two);
  ASSERT_TRUE(expected.ok() && result.ok()) << expected.status() << result.status();
  EXPECT_TRUE(WithoutDate(result->model) == WithoutDate(expected->model));
  EXPECT_EQ(one.epochs[1].logs().at("loss"), two.epochs[1].logs().at("loss"));
}

v1::JobSpec SharedOutFit(int epochs) {
  v1::JobSpec spec = FitSpec(epochs);
  spec.set_compile_config_json(
      R"({"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"], "optimizer": {
          "module": "keras.optimizers", "class_name": "AdamW", "registered_name": null,
          "config": {"global_clipnorm": 0.5, "use_ema": true}}})");
  spec.mutable_fit()->set_shard_optimizer_state(true);
  return spec;
}

TEST(KerasEngine, OptimizerStateSharedOutGivesTheBitsOfOne) {
  Events one, some;
  const auto expected = RunJob({.spec = SharedOutFit(2)}, 1, one);
  ASSERT_TRUE(expected.ok()) << expected.status();
  for (const int ranks : {2, 4}) {
    const auto result = RunJob({.spec = SharedOutFit(2)}, ranks, some);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_TRUE(WithoutDate(result->model) == WithoutDate(expected->model)) << ranks;
    EXPECT_EQ(one.epochs[1].logs().at("loss"), some.epochs[1].logs().at("loss"));
    some.epochs.clear();
  }
  // 67 weights, of 3 slots each.
  EXPECT_TRUE(std::any_of(some.lines.begin(), some.lines.end(), [](const std::string& line) {
    return line.find("of slots of 804, in ") != std::string::npos;
  }));
}

TEST(KerasEngine, OptimizerStateSharedOutGoesOnWithFewerRanks) {
  v1::JobSpec spec = SharedOutFit(3);
  spec.mutable_checkpoint_policy()->set_every_steps(3);
  Events whole;
  const auto expected = RunJob({.spec = spec}, 4, whole);
  ASSERT_TRUE(expected.ok()) << expected.status();
  ASSERT_GT(whole.checkpoints.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    for (const int ranks : {1, 2, 3}) {
      Events rest;
      const auto result = RunJob({.spec = spec, .restore = whole.checkpoints[i]}, ranks, rest);
      ASSERT_TRUE(result.ok()) << result.status();
      EXPECT_TRUE(WithoutDate(result->model) == WithoutDate(expected->model)) << i << " " << ranks;
    }
  }
}

TEST(KerasEngine, OptimizerStateThatCannotBeSharedOutIsRefused) {
  v1::JobSpec several = SharedOutFit(1);
  several.set_compile_config_json(
      R"({"loss": "sparse_categorical_crossentropy", "optimizer": {"module": "keras.optimizers",
          "class_name": "MultiOptimizer", "registered_name": null, "config": {"optimizer_map":
          {"module": "keras.optimizers", "class_name": "OptimizerMap", "registered_name": null,
           "config": {"optimizer_map": {}, "default_optimizer": {"module": "keras.optimizers",
             "class_name": "SGD", "registered_name": null, "config": {}}}}}}})");
  Events events;
  const absl::Status status = RunJob({.spec = several}, 2, events).status();
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
  EXPECT_NE(status.message().find("shard_optimizer_state: multi_optimizer: expected an optimizer "
                                  "with one rule for all weights"),
            absl::string_view::npos)
      << status;
}

TEST(KerasEngine, PredictsAllRowsInOrderOnAnyNumberOfRanks) {
  v1::JobSpec spec;
  spec.mutable_predict()->set_batch_size(8);
  Events events;
  std::vector<Tensor> outputs;
  for (const int ranks : {1, 2, 4}) {
    const auto result = RunJob({.spec = spec, .data = [] { return Numbers(3); }}, ranks,
                               events);  // fewer than ranks
    ASSERT_TRUE(result.ok()) << result.status();
    NpzReader npz = NpzReader::OpenBytes(result->predictions).value();
    outputs.push_back(npz.Read("logits").value());
    EXPECT_EQ(outputs.back().shape(), Shape({3, 3}));
    EXPECT_TRUE(BitwiseEqual(outputs.back(), outputs[0]));
  }
}

TEST(KerasEngine, PredictsNoMoreThanItsStepsAndItsRows) {
  const std::pair<int64_t, int64_t> rows_by_steps[] = {
      {1, 8}, {4, 32}, {5, 40}, {6, 40}, {int64_t{1} << 60, 40}, {INT64_MAX, 40}};
  for (const auto& [steps, rows] : rows_by_steps) {
    v1::JobSpec spec;
    spec.mutable_predict()->set_batch_size(8);
    spec.mutable_predict()->set_steps(steps);
    Events events;
    const auto result = RunJob({.spec = spec}, 1, events);
    ASSERT_TRUE(result.ok()) << result.status();
    NpzReader npz = NpzReader::OpenBytes(result->predictions).value();
    EXPECT_EQ(npz.Read("logits").value().shape(), Shape({rows, 3})) << steps;
  }
}

TEST(KerasEngine, ServesWhatItTrained) {
  Events events;
  const auto trained = RunJob({.spec = FitSpec(1)}, 1, events);
  ASSERT_TRUE(trained.ok()) << trained.status();
  v1::JobSpec spec;
  spec.mutable_predict()->set_batch_size(8);
  const auto predicted = RunJob({.spec = spec, .model = trained->model}, 1, events);
  ASSERT_TRUE(predicted.ok()) << predicted.status();
  NpzReader npz = NpzReader::OpenBytes(predicted->predictions).value();

  const auto served = LoadServedModel(trained->model, {});
  ASSERT_TRUE(served.ok()) << served.status();
  ASSERT_EQ((*served)->inputs().size(), 1u);
  EXPECT_EQ((*served)->inputs()[0].name, "numbers");
  EXPECT_EQ((*served)->inputs()[0].row_shape, Shape{4});
  Tensor x(DType::kF32, Shape({8, 4}));
  std::vector<int64_t> rows = {0, 1, 2, 3, 4, 5, 6, 7};
  ASSERT_TRUE(Numbers(kRows).columns()[0].rows->ReadRows(rows, x.bytes()).ok());
  const auto outputs = (*served)->Predict({x});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_TRUE(BitwiseEqual((*outputs)[0], npz.Read("logits").value().Rows(0, 8)));
}

TEST(KerasEngine, EvaluatesWithoutTraining) {
  v1::JobSpec spec;
  spec.set_compile_config_json(kCompile);
  spec.mutable_evaluate();
  Events one, two;
  const auto a = RunJob({.spec = spec}, 1, one);
  const auto b = RunJob({.spec = spec}, 2, two);
  ASSERT_TRUE(a.ok() && b.ok()) << a.status() << b.status();
  EXPECT_EQ(a->metrics, b->metrics);
  EXPECT_TRUE(a->metrics.contains("loss") && a->metrics.contains("accuracy"));
  EXPECT_TRUE(a->model.empty());
}

// What a bad job is told; none of it may crash, hang or be worth another attempt.
TEST(KerasEngine, BadInputIsNamed) {
  v1::JobSpec large_batch = FitSpec(1);
  large_batch.mutable_fit()->set_batch_size(41);
  v1::JobSpec bad_compile = FitSpec(1);
  bad_compile.set_compile_config_json("[1]");
  v1::JobSpec bad_loss = FitSpec(1);
  bad_loss.set_compile_config_json(R"({"loss": "no_such_loss"})");
  v1::JobSpec writes = FitSpec(1);
  writes.mutable_fit()->add_callbacks_json(R"({"class_name": "ModelCheckpoint"})");
  v1::JobSpec no_callback = FitSpec(1);
  no_callback.mutable_fit()->add_callbacks_json(R"({"class_name": "Stop", "config": {}})");
  v1::JobSpec no_remat = FitSpec(1);
  no_remat.mutable_fit()->set_remat("larger_than:many");
  v1::JobSpec diverges = FitSpec(3);
  diverges.set_compile_config_json(
      R"({"loss": "sparse_categorical_crossentropy", "optimizer": {"module": "keras.optimizers",
          "class_name": "SGD", "config": {"learning_rate": 1e38}}})");
  struct Case {
    Job job;
    std::string expected;
  };
  const Case cases[] = {
      {{.spec = FitSpec(1), .model = "PK\3\4 truncated"}, "model"},
      {{.spec = FitSpec(1), .model = "junk"}, "model: expected a .keras archive or a JSON object"},
      {{.spec = FitSpec(1), .model = std::string(100000, '[')}, "model"},
      {{.spec = large_batch}, "batch_size: expected at most the 40 samples"},
      {{.spec = bad_compile}, "compile_config_json: expected a JSON object"},
      {{.spec = bad_loss}, "no_such_loss"},
      {{.spec = writes}, "ModelCheckpoint: the job's checkpoint_policy keeps restore points"},
      {{.spec = no_callback}, "'Stop'"},
      {{.spec = no_remat}, "remat: expected larger_than:ELEMENTS"},
      {{.spec = FitSpec(1), .data = [] { return Numbers(kRows, 7); }}, "class indices in [0, 3)"},
      {{.spec = diverges}, "loss: expected a finite number"},
      {{.spec = v1::JobSpec()}, "expected fit, evaluate or predict"},
  };
  for (const Case& bad : cases) {
    Events events;
    const absl::Status status = RunJob(bad.job, 1, events).status();
    EXPECT_NE(status.message().find(bad.expected), absl::string_view::npos)
        << "expected '" << bad.expected << "', received " << status;
    EXPECT_FALSE(absl::IsUnavailable(status) || absl::IsInternal(status)) << status;
  }
}

}  // namespace
}  // namespace tricorn::worker
