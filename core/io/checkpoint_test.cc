#include "core/io/checkpoint.h"

#include <gtest/gtest.h>

#include <memory>

#include "core/base/failing_env.h"
#include "core/base/status.h"

namespace tricorn {
namespace {

class CheckpointTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "/checkpoint_test." +
            testing::UnitTest::GetInstance()->current_test_info()->name();
    ASSERT_TRUE(env_.RemoveRecursively(root_).ok());
  }
  void TearDown() override { EXPECT_TRUE(env_.RemoveRecursively(root_).ok()); }

  std::string Write(int64_t step) {
    const auto directory = WriteCheckpoint(
        env_, root_, {.step = step, .epoch = 2, .epoch_step = 640, .seeds = {7, -1}},
        {{"model.keras", "weights of " + std::to_string(step)}, {"log", ""}});
    EXPECT_TRUE(directory.ok()) << directory.status();
    return directory.value_or("");
  }
  int64_t NewestStep() {
    const auto found = FindNewestCheckpoint(env_, root_);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() && found->has_value() ? (**found).checkpoint.manifest.step : -1;
  }

  Env& env_ = Env::Posix();
  std::string root_;
};

TEST_F(CheckpointTest, ReadsBackWhatWasWritten) {
  const auto checkpoint = ReadCheckpoint(env_, Write(40));
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_EQ(checkpoint->manifest.epoch_step, 640);
  EXPECT_EQ(checkpoint->manifest.seeds, (std::vector<int64_t>{7, -1}));
  EXPECT_EQ(checkpoint->files.at("model.keras"), "weights of 40");
  EXPECT_EQ(checkpoint->files.at("log"), "");
}

TEST_F(CheckpointTest, NewestIsTheHighestSoundStep) {
  EXPECT_EQ(NewestStep(), -1);
  Write(9);
  Write(100);
  const std::string changed = Write(2000), cut = Write(30000), gone = Write(400000);
  EXPECT_EQ(NewestStep(), 400000);
  ASSERT_TRUE(env_.Remove(gone + "/log").ok());
  ASSERT_TRUE(env_.WriteFileAtomically(cut + "/manifest.json", "{\"step\": 30000,").ok());
  ASSERT_TRUE(env_.WriteFileAtomically(changed + "/model.keras", "weights of 2001").ok());
  EXPECT_EQ(NewestStep(), 100);
}

TEST_F(CheckpointTest, KeepsASoundOneAndReplacesATornOne) {
  const std::string directory = Write(5);
  EXPECT_TRUE(absl::IsAlreadyExists(WriteCheckpoint(env_, root_, {.step = 5}, {}).status()));
  ASSERT_TRUE(env_.Remove(directory + "/manifest.json").ok());
  Write(5);
  EXPECT_EQ(NewestStep(), 5);
}

TEST_F(CheckpointTest, AFailureAtAnyMomentLosesNothing) {
  Write(1);
  for (int allowed = 0;; ++allowed) {
    ASSERT_LT(allowed, 100);
    FailingEnv failing(allowed);
    const auto written =
        WriteCheckpoint(failing, root_, {.step = 2}, {{"a", "abcdef"}, {"b", "ghi"}});
    if (written.ok()) break;
    EXPECT_TRUE(absl::IsResourceExhausted(written.status()));
    // Only the last sync, after the rename, may fail with the new one in place.
    const int64_t newest = NewestStep();
    EXPECT_TRUE(newest == 1 || newest == 2) << allowed;
    ASSERT_TRUE(PruneCheckpoints(env_, root_, 10).ok());
    EXPECT_EQ(env_.List(root_)->size(), newest == 1 ? 1u : 2u);
    if (newest == 2) {
      ASSERT_TRUE(env_.RemoveRecursively(root_ + "/" + env_.List(root_)->back()).ok());
    }
  }
  EXPECT_EQ(NewestStep(), 2);
}

TEST_F(CheckpointTest, RefusesNamesOutsideItsFolder) {
  for (const std::string name : {"../x", "a/b", "", "..", "manifest.json"}) {
    EXPECT_TRUE(
        absl::IsInvalidArgument(WriteCheckpoint(env_, root_, {.step = 1}, {{name, "x"}}).status()))
        << name;
  }
  const std::string directory = Write(1);
  ASSERT_TRUE(env_.WriteFileAtomically(
                      directory + "/manifest.json",
                      R"({"step": 1, "files": [{"name": "../../x", "size": 0, "sha256": ""}]})")
                  .ok());
  EXPECT_TRUE(absl::IsDataLoss(ReadCheckpoint(env_, directory).status()));
}

TEST_F(CheckpointTest, PrunesOldOnesAndLeftovers) {
  for (const int64_t step : {1, 2, 3, 4}) Write(step);
  ASSERT_TRUE(env_.MakeDirectories(root_ + "/step-5.tmp").ok());
  ASSERT_TRUE(PruneCheckpoints(env_, root_, 2).ok());
  EXPECT_EQ(env_.List(root_)->size(), 2u);
  EXPECT_EQ(NewestStep(), 4);
}

}  // namespace
}  // namespace tricorn
