#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "core/backend/cpu/cpu_device.h"
#include "core/comm/local/local_group.h"
#include "core/keras/saving/keras_file.h"
#include "core/keras/training/trainer.h"
#include "tests/conformance/training_case.h"

// What real Keras computes on whole batches, workers that share each batch compute too; and
// whatever the number of workers, the same bits.

namespace tricorn::conformance {
namespace {

struct Outcome {
  keras::History history;
  std::vector<Tensor> weights;
  std::shared_ptr<keras::Model> model;
};

absl::StatusOr<Outcome> TrainOne(const Case& test, comm::Communicator& communicator) {
  ASSIGN_OR_RETURN(const TrainingCase training, TrainingCase::Read(test));
  ASSIGN_OR_RETURN(keras::LoadedModel loaded,
                   keras::Load(Env::Posix(), test.Path(test["initial"])));
  backend::cpu::CpuDevice device;
  ASSIGN_OR_RETURN(const auto trainer,
                   keras::Trainer::Create(*loaded.model, device, {.communicator = &communicator}));
  Outcome outcome;
  ASSIGN_OR_RETURN(outcome.history,
                   trainer->Fit(training.train, training.validation_or_null(), training.options));
  RETURN_IF_ERROR(trainer->SyncToHost());
  for (const keras::Variable* weight : loaded.model->weights()) {
    outcome.weights.push_back(weight->value);
  }
  outcome.model = loaded.model;
  return outcome;
}

// Each worker in a thread; the outcome of every one.
std::vector<absl::StatusOr<Outcome>> Train(const Case& test, int workers, int shards) {
  auto communicators = comm::MakeLocalCommunicators(workers, shards);
  std::vector<absl::StatusOr<Outcome>> outcomes(static_cast<size_t>(workers), Outcome());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < communicators.size(); ++i) {
    threads.emplace_back([&, i] { outcomes[i] = TrainOne(test, *communicators[i]); });
  }
  for (std::thread& thread : threads) thread.join();
  return outcomes;
}

class SharedBatch : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    root_ = TRICORN_CONFORMANCE;
    if (!std::filesystem::exists(root_)) GTEST_SKIP() << "no conformance data at " << root_;
  }
  Case Read() const {
    const std::string name = std::string("training/") + GetParam();
    return *Case::Read(Env::Posix(), JoinPath(root_, name), name);
  }
  std::string root_;
};

TEST_P(SharedBatch, TwoWorkersComputeWhatKerasDoes) {
  const Case test = Read();
  for (const absl::StatusOr<Outcome>& outcome : Train(test, 2, 2)) {
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    EXPECT_EQ(ExpectHistory(test, outcome->history), absl::OkStatus());
    EXPECT_EQ(ExpectWeights(test, *outcome->model, "final", test.rtol(), test.atol()),
              absl::OkStatus());
  }
}

TEST_P(SharedBatch, FourShardsGiveTheSameBitsOnOneTwoAndFourWorkers) {
  const Case test = Read();
  const absl::StatusOr<Outcome> alone = Train(test, 1, 4)[0];
  ASSERT_TRUE(alone.ok()) << alone.status();
  for (const int workers : {2, 4}) {
    for (const absl::StatusOr<Outcome>& outcome : Train(test, workers, 4)) {
      ASSERT_TRUE(outcome.ok()) << outcome.status();
      EXPECT_EQ(outcome->history.values, alone->history.values);
      for (size_t i = 0; i < alone->weights.size(); ++i) {
        EXPECT_TRUE(BitwiseEqual(outcome->weights[i], alone->weights[i])) << "weight " << i;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Training, SharedBatch,
                         testing::Values("mlp_adam", "mlp_adamw", "mlp_sgd_momentum_logits",
                                         "mlp_class_weight", "mlp_frozen_first_layer"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace tricorn::conformance
