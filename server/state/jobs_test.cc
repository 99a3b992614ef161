#include "gmock/gmock.h"
#include "server/state/blobs.h"
#include "server/state/change.h"
#include "server/state/cluster_test_fixture.h"
#include "server/state/reason.h"
#include "server/state/requests.h"

namespace tricorn::server {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace tricorn::v1;  // NOLINT: states by their names

class JobsTest : public ClusterTest {};

TEST_F(JobsTest, AGangIsPlacedWholeAndKnowsItsShards) {
  Submit("j", 2, 4);
  EXPECT_THAT(Job("j").pending_reason(), HasSubstr("needs 2 workers; no worker is registered"));
  Register("a");
  EXPECT_THAT(Job("j").pending_reason(), HasSubstr("all 1 registered workers"));
  Register("b");
  EXPECT_EQ(Job("j").state(), JOB_STATE_STARTING);
  EXPECT_EQ(Job("j").generation(), 1);
  EXPECT_EQ(Job("j").virtual_shards(), 2);
  const AssignmentSet set = AssignmentsOf(state_, "b");
  ASSERT_EQ(set.assignments_size(), 1);
  EXPECT_EQ(set.assignments(0).id(), "jobs/j/1/1");
  const TrainerTask& task = set.assignments(0).trainer();
  EXPECT_EQ(task.world_size(), 2);
  EXPECT_EQ(task.shard_begin(), 1);
  EXPECT_EQ(task.shard_end(), 2);
  EXPECT_EQ(task.seed(), 42u);
  EXPECT_EQ(task.peers(0).worker(), "workers/a");
  EXPECT_EQ(task.data().files(0).size_bytes(), 4);
}

TEST_F(JobsTest, ARestartKeepsTheShardsOnFewerWorkers) {
  Register("a");
  Register("b");
  Submit("j", 1, 2);
  EXPECT_EQ(Job("j").virtual_shards(), 2);
  Lose("b");
  EXPECT_EQ(Job("j").generation(), 2);
  EXPECT_EQ(Job("j").workers_size(), 1);
  const AssignmentSet set = AssignmentsOf(state_, "a");
  EXPECT_EQ(set.assignments(0).trainer().shard_begin(), 0);
  EXPECT_EQ(set.assignments(0).trainer().shard_end(), 2);
}

TEST_F(JobsTest, AJobThatSaysTooMuchIsCutShort) {
  Register("a");
  Submit("j");
  Event event;
  auto& report = *event.mutable_report_progress();
  *report.mutable_trainer() = Speaker("j", 1);
  for (int i = 0; i < 1000; ++i) report.add_log_lines()->set_text(std::string(4000, 'x'));
  size_t lines = 0;
  std::string last;
  for (int number = 1; number <= 10; ++number) {
    report.set_report_number(number);
    for (const FeedEntry& entry : Apply(event).feed) {
      if (!entry.event.has_log_line()) continue;
      ++lines;
      last = entry.event.log_line().text();
    }
  }
  EXPECT_LT(lines, 5000u);
  EXPECT_THAT(last, HasSubstr("from here on they are left out"));
  // Nothing of it is kept, in the log neither; what matters still is.
  report.set_report_number(11);
  EXPECT_FALSE(Apply(event).changed);
  report.add_epoch_logs();
  const Effects effects = Apply(event);
  ASSERT_EQ(effects.feed.size(), 1u);
  EXPECT_TRUE(effects.feed[0].event.has_epoch_logs());
}

TEST_F(JobsTest, EqualRequestsAreOneJobAndUnequalOnesNone) {
  Event event = FitEvent("j");
  event.mutable_create_job()->mutable_request()->set_request_id("r");
  EXPECT_TRUE(Apply(event).changed);
  const Effects again = Apply(event);
  EXPECT_TRUE(again.status.ok());
  EXPECT_FALSE(again.changed);
  EXPECT_EQ(again.name, "jobs/j");
  event.mutable_create_job()->mutable_request()->mutable_spec()->set_priority(3);
  const Effects other = Apply(event);
  EXPECT_EQ(other.status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(other.status), kRequestIdReused);
  now_ += kRequestMemory;
  EXPECT_LE(NextTick(state_), now_);
  Tick();
  EXPECT_THAT(state_.requests, IsEmpty());
}

TEST_F(JobsTest, WhatNoTrainerDoesIsRefusedAtOnce) {
  auto submit = [this](auto change) {
    Event event = FitEvent("j");
    change(*event.mutable_create_job()->mutable_request()->mutable_spec());
    return Apply(event).status;
  };
  const absl::Status unknown =
      submit([](auto& spec) { spec.set_determinism(static_cast<tricorn::v1::Determinism>(7)); });
  EXPECT_TRUE(absl::IsInvalidArgument(unknown)) << unknown;
  EXPECT_EQ(unknown.message().find("determinism: expected exact or fast, "), 0u) << unknown;
  const absl::Status steps =
      submit([](auto& spec) { spec.mutable_checkpoint_policy()->set_every_steps(-5); });
  EXPECT_TRUE(absl::IsInvalidArgument(steps)) << steps;
  EXPECT_EQ(steps.message().find("checkpoint_policy.every_steps: "), 0u) << steps;
  const absl::Status threads =
      submit([](auto& spec) { spec.mutable_resources()->set_threads_per_worker(1 << 30); });
  EXPECT_TRUE(absl::IsInvalidArgument(threads)) << threads;
  const absl::Status callback = submit([](auto& spec) {
    spec.mutable_fit()->add_callbacks_json(R"({"class_name": "EarlyStopping"})");
    spec.mutable_fit()->add_callbacks_json(R"({"patience": 3})");
  });
  EXPECT_TRUE(absl::IsInvalidArgument(callback)) << callback;
  EXPECT_EQ(callback.message().find("fit.callbacks_json[1]: expected an object with class_name"),
            0u)
      << callback;
  const absl::Status remat = submit([](auto& spec) { spec.mutable_fit()->set_remat("some"); });
  EXPECT_TRUE(absl::IsInvalidArgument(remat)) << remat;
  EXPECT_EQ(remat.message().find("fit.remat: expected full, activations, "), 0u) << remat;
}

TEST_F(JobsTest, EveryWayOfSummingIsAccepted) {
  for (const auto determinism : {tricorn::v1::DETERMINISM_EXACT, tricorn::v1::DETERMINISM_FAST}) {
    Event event = FitEvent(determinism == tricorn::v1::DETERMINISM_FAST ? "fast" : "exact");
    event.mutable_create_job()->mutable_request()->mutable_spec()->set_determinism(determinism);
    EXPECT_TRUE(Apply(event).status.ok());
  }
}

TEST_F(JobsTest, TrainerFailuresWaitLongerAndLongerAndEndTheJob) {
  Register("a");
  Submit("j");
  Fail("j", 1);
  EXPECT_EQ(Job("j").state(), JOB_STATE_PENDING);
  EXPECT_THAT(Job("j").pending_reason(), HasSubstr("it broke"));
  EXPECT_EQ(NextTick(state_), now_ + absl::Seconds(1));
  now_ += absl::Seconds(1);
  Tick();
  EXPECT_EQ(Job("j").generation(), 2);
  Fail("j", 2);
  EXPECT_EQ(NextTick(state_), now_ + absl::Seconds(2));
  now_ += absl::Seconds(2);
  Tick();
  Fail("j", 3);
  EXPECT_EQ(Job("j").state(), JOB_STATE_FAILED);
  EXPECT_EQ(Job("j").failure().message(), "it broke");
  EXPECT_EQ(Job("j").failure().worker(), "workers/a");
  EXPECT_EQ(References("data"), 0);
}

TEST_F(JobsTest, ACheckpointClearsTheFailuresAndIsWhereItGoesOn) {
  Register("a");
  Submit("j");
  Fail("j", 1);
  now_ += absl::Seconds(1);
  Tick();
  EXPECT_EQ(Job("j").failures(), 1);
  EXPECT_TRUE(Commit("j", 2, 10, 1).changed);
  EXPECT_EQ(Job("j").failures(), 0);
  EXPECT_EQ(Job("j").history_size(), 1);
  Fail("j", 2);
  now_ += absl::Seconds(1);
  Tick();
  EXPECT_EQ(AssignmentsOf(state_, "a").assignments(0).trainer().restore().global_step(), 10);
}

TEST_F(JobsTest, HistoryBeyondTheCheckpointIsForgottenInARestart) {
  Register("a");
  Submit("j");
  Commit("j", 1, 10, 1);
  Event event;
  auto& request = *event.mutable_report_progress();
  *request.mutable_trainer() = Speaker("j", 1);
  request.set_report_number(1);
  request.add_epoch_logs()->set_epoch(1);
  Apply(event);
  EXPECT_EQ(Job("j").history_size(), 2);
  EXPECT_FALSE(Apply(event).changed);  // repeated
  Lose("a");
  EXPECT_EQ(Job("j").history_size(), 1);
  EXPECT_EQ(Job("j").failures(), 0);
  EXPECT_EQ(Job("j").restarts(), 1);
}

TEST_F(JobsTest, BadInputEndsTheJobAtOnce) {
  Register("a");
  Submit("j");
  Fail("j", 1, false);
  EXPECT_EQ(Job("j").state(), JOB_STATE_FAILED);
}

TEST_F(JobsTest, OldGenerationsAreRefusedWhateverTheySay) {
  Register("a");
  Submit("j");
  Lose("a");
  Register("a", "two");
  ASSERT_EQ(Job("j").generation(), 2);
  for (const Effects& effects :
       {Fail("j", 1), Commit("j", 1, 5, 0), Finish("j", 1), Finish("j", 3), Fail("gone", 1)}) {
    EXPECT_EQ(effects.status.code(), absl::StatusCode::kAborted);
    EXPECT_EQ(ReasonOf(effects.status), kStaleGeneration);
  }
  EXPECT_TRUE(Finish("j", 2).status.ok());
}

TEST_F(JobsTest, TheResultIsAVersionAndIsCountedOnce) {
  Register("a");
  Submit("j");
  EXPECT_TRUE(Finish("j", 1).changed);
  EXPECT_FALSE(Finish("j", 1).changed);
  EXPECT_EQ(Job("j").state(), JOB_STATE_SUCCEEDED);
  EXPECT_EQ(Job("j").result().model_version(), "models/j/versions/1");
  EXPECT_EQ(References("trained j"), 1);
  EXPECT_EQ(References("model"), 0);
  EXPECT_THAT(AssignmentsOf(state_, "a").assignments(), IsEmpty());
  EXPECT_EQ(Cancel("j").code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(JobsTest, OldCheckpointsGoAndTheLastStaysWithACancelledJob) {
  Register("a");
  Submit("j");
  for (int step : {1, 2, 3}) Commit("j", 1, step, 0);
  EXPECT_EQ(References("checkpoint 1"), 0);
  EXPECT_EQ(References("checkpoint 2"), 1);
  EXPECT_FALSE(Commit("j", 1, 3, 0).changed);
  EXPECT_TRUE(Cancel("j").ok());
  EXPECT_EQ(References("checkpoint 3"), 1);
  EXPECT_EQ(References("data"), 0);
  Event event;
  event.mutable_delete_job()->set_name("jobs/j");
  EXPECT_TRUE(Apply(event).status.ok());
  EXPECT_EQ(References("checkpoint 3"), 0);
  EXPECT_EQ(UnreferencedSince(state_, now_ + absl::Seconds(1), 100).size(), state_.blobs.size());
}

TEST_F(JobsTest, ExitCodesSayWhatHappened) {
  Register("a");
  Register("b");
  Submit("j", 2);
  // A rank that is done before the others is not started again.
  EXPECT_TRUE(Exit("b", "jobs/j/1/1", 0).changed);
  EXPECT_THAT(AssignmentsOf(state_, "b").assignments(), IsEmpty());
  EXPECT_EQ(Job("j").state(), JOB_STATE_STARTING);
  EXPECT_FALSE(Exit("b", "jobs/j/1/1", 137).changed);
  // Rank 0 that is done without a result is not.
  EXPECT_TRUE(Exit("a", "jobs/j/1/0", 0).changed);
  EXPECT_EQ(Job("j").state(), JOB_STATE_PENDING);
  EXPECT_THAT(Job("j").failure().message(), HasSubstr("before its result"));
  EXPECT_FALSE(Exit("a", "jobs/j/1/0", 1).changed);
  EXPECT_EQ(Exit("a", "nonsense", 1).status.code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(JobsTest, RendezvousKeysAreSetOnce) {
  Register("a");
  Submit("j");
  Event event;
  *event.mutable_set_key()->mutable_trainer() = Speaker("j", 1);
  event.mutable_set_key()->set_key("address");
  event.mutable_set_key()->set_value("here");
  EXPECT_TRUE(Apply(event).changed);
  EXPECT_FALSE(Apply(event).changed);
  event.mutable_set_key()->set_value("there");
  EXPECT_EQ(Apply(event).status.code(), absl::StatusCode::kAlreadyExists);
  event.mutable_set_key()->set_key("big");
  event.mutable_set_key()->set_value(std::string((1 << 20) + 1, 'x'));
  EXPECT_EQ(Apply(event).status.code(), absl::StatusCode::kResourceExhausted);
  Lose("a");
  EXPECT_THAT(state_.jobs["j"].rendezvous(), IsEmpty());
}

TEST_F(JobsTest, UsedThingsCannotBeDeleted) {
  Event version;
  version.mutable_create_model_version()->set_parent("models/m");
  version.mutable_create_model_version()->set_allow_missing(true);
  version.mutable_create_model_version()->mutable_model_version()->set_blob(Store("model"));
  ASSERT_EQ(Apply(version).name, "models/m/versions/1");
  Event submit = FitEvent("j");
  submit.mutable_create_job()->mutable_request()->mutable_spec()->mutable_model()->set_version(
      "models/m/versions/latest");
  ASSERT_TRUE(Apply(submit).status.ok());
  EXPECT_EQ(Job("j").spec().model().version(), "models/m/versions/1");
  Event remove;
  remove.mutable_delete_model()->set_name("models/m");
  EXPECT_EQ(Apply(remove).status.code(), absl::StatusCode::kFailedPrecondition);
  Event remove_version;
  remove_version.mutable_delete_model_version()->set_name("models/m/versions/1");
  EXPECT_THAT(Apply(remove_version).status.message(), HasSubstr("jobs/j trains from it"));
  Register("a");
  ASSERT_TRUE(Finish("j", 1).status.ok());
  EXPECT_EQ(Job("j").result().model_version(), "models/m/versions/2");
  EXPECT_TRUE(Apply(remove_version).status.ok());
  EXPECT_TRUE(Apply(remove).status.ok());
}

TEST_F(JobsTest, SnapshotsHoldEverything) {
  Register("a");
  Submit("j");
  Commit("j", 1, 3, 1);
  Submit("waiting", 5);
  const State copy = FromSnapshot(ToSnapshot(state_));
  EXPECT_EQ(copy.active_jobs, state_.active_jobs);
  EXPECT_EQ(ToSnapshot(copy).SerializeAsString().size(),
            ToSnapshot(state_).SerializeAsString().size());
  EXPECT_TRUE(CheckInvariants(copy).ok());
}

TEST_F(JobsTest, ATrainerIsToldOfItsDataOnce) {
  Submit("j");
  Register("a");
  const tricorn::v1::AssignmentSet set = AssignmentsOf(state_, "a");
  ASSERT_EQ(set.assignments_size(), 1);
  const tricorn::v1::TrainerTask& task = set.assignments(0).trainer();
  EXPECT_EQ(task.data().files_size(), 1);
  EXPECT_EQ(task.spec().fit().data().dataset().files_size(), 0);
  EXPECT_EQ(task.spec().fit().epochs(), 3);
  EXPECT_EQ(Job("j").spec().fit().data().dataset().files_size(), 1);
}

}  // namespace
}  // namespace tricorn::server
