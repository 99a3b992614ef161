#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "core/backend/cpu/cpu_device.h"
#include "core/comm/local/local_group.h"
#include "core/keras/saving/keras_file.h"
#include "core/keras/training/trainer.h"
#include "tests/conformance/training_case.h"

// Every training case that Keras computed gives by shards what it gives whole: losses, metrics,
// weights of samples, masks and optimizers, with batches that do not divide and shards that are
// empty.

namespace tricorn::conformance {
namespace {

// Whose batches are not the sum of their samples: statistics of each shard, as on Keras's replicas.
const std::set<std::string> kNotAlike = {"cnn_batchnorm", "resnet_small"};

struct Outcome {
  std::map<std::string, std::vector<double>> logs;
  std::vector<std::pair<std::string, Tensor>> weights;
};

absl::StatusOr<Outcome> Train(const Case& test, const keras::Distribution& distribution) {
  ASSIGN_OR_RETURN(const TrainingCase training, TrainingCase::Read(test));
  ASSIGN_OR_RETURN(keras::LoadedModel loaded,
                   keras::Load(Env::Posix(), test.Path(test["initial"])));
  backend::cpu::CpuDevice device;
  ASSIGN_OR_RETURN(const auto trainer, keras::Trainer::Create(*loaded.model, device, distribution));
  ASSIGN_OR_RETURN(keras::History history,
                   trainer->Fit(training.train, training.validation_or_null(), training.options));
  RETURN_IF_ERROR(trainer->SyncToHost());
  Outcome outcome{.logs = std::move(history.values), .weights = {}};
  for (const keras::Variable* weight : loaded.model->weights()) {
    if (HasZeroGradient(test, weight->path)) continue;
    outcome.weights.emplace_back(weight->path, weight->value);
  }
  return outcome;
}

void ExpectNear(const Case& test, const Outcome& whole, const Outcome& sharded) {
  const auto near = [&](double got, double want) {
    return std::abs(got - want) <= 2 * (test.atol() + test.rtol() * std::abs(want));
  };
  ASSERT_EQ(sharded.logs.size(), whole.logs.size());
  for (const auto& [name, values] : whole.logs) {
    for (size_t i = 0; i < values.size(); ++i) {
      EXPECT_TRUE(near(sharded.logs.at(name)[i], values[i]))
          << name << " of epoch " << i << ": " << sharded.logs.at(name)[i] << ", whole "
          << values[i];
    }
  }
  for (size_t i = 0; i < whole.weights.size(); ++i) {
    const auto& [path, weight] = whole.weights[i];
    for (int64_t k = 0; k < weight.num_elements(); ++k) {
      EXPECT_TRUE(near(sharded.weights[i].second.At(k), weight.At(k)))
          << path << "[" << k << "]: " << sharded.weights[i].second.At(k) << ", whole "
          << weight.At(k);
      if (testing::Test::HasNonfatalFailure()) return;
    }
  }
}

TEST(EveryTrainingCase, GivesByShardsWhatItGivesWhole) {
  const std::string root = TRICORN_CONFORMANCE "/training";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no conformance data at " << root;
  const absl::StatusOr<std::vector<std::string>> names = Env::Posix().List(root);
  ASSERT_TRUE(names.ok()) << names.status();
  for (const std::string& name : *names) {
    if (kNotAlike.contains(name)) continue;
    SCOPED_TRACE(name);
    const Case test = *Case::Read(Env::Posix(), JoinPath(root, name), "training/" + name);
    const absl::StatusOr<Outcome> whole = Train(test, {});
    const auto communicators = comm::MakeLocalCommunicators(/*size=*/1, /*total_shards=*/3);
    const absl::StatusOr<Outcome> sharded = Train(test, {.communicator = communicators[0].get()});
    EXPECT_TRUE(whole.ok()) << whole.status();
    EXPECT_TRUE(sharded.ok()) << sharded.status();
    if (whole.ok() && sharded.ok()) ExpectNear(test, *whole, *sharded);
  }
}

}  // namespace
}  // namespace tricorn::conformance
