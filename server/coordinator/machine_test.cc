#include "server/coordinator/machine.h"

#include "core/base/sha256.h"
#include "core/base/status.h"
#include "gtest/gtest.h"
#include "server/state/reason.h"

namespace tricorn::server {
namespace {

// A log in memory that can be told to refuse.
class FragileLog : public EventLog {
 public:
  absl::Status Append(const LogBatch& batch) override {
    if (full) return absl::ResourceExhaustedError("log: the disk is full");
    contents.events.insert(contents.events.end(), batch.events.begin(), batch.events.end());
    for (const std::string& job_id : batch.deleted_feeds) feed.erase(job_id);
    for (const FeedRow& row : batch.feed) feed[row.job_id].push_back(row);
    return absl::OkStatus();
  }
  absl::StatusOr<LogContents> Read() override {
    ++reads;
    return contents;
  }
  absl::Status Compact(const std::string& snapshot) override {
    contents = {snapshot, {}};
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<FeedRow>> ReadFeed(const std::string&, int64_t, int) override {
    return std::vector<FeedRow>();
  }
  bool full = false;
  int reads = 0;
  LogContents contents;
  std::map<std::string, std::vector<FeedRow>> feed;  // by job id
};

class MachineTest : public ::testing::Test {
 protected:
  std::unique_ptr<Machine> Recover() {
    auto machine = Machine::Recover(log_, options_, Logger("test", [](std::string_view) {}), now_);
    EXPECT_TRUE(machine.ok()) << machine.status();
    return *std::move(machine);
  }
  static Event Model(const std::string& id) {
    Event event;
    event.mutable_create_model()->set_model_id(id);
    event.mutable_create_model()->set_request_id("make " + id);
    return event;
  }
  static Event Worker(const std::string& incarnation) {
    Event event;
    event.mutable_register_worker()->set_worker_id("w");
    event.mutable_register_worker()->set_incarnation(incarnation);
    event.mutable_register_worker()->mutable_capacity()->set_predictor_slots(1);
    return event;
  }
  static Event Blob(const std::string& content) {
    Event event;
    event.mutable_blob_stored()->set_sha256(Sha256Hex(content));
    return event;
  }
  static Event Version(const std::string& model_id) {
    Event event;
    auto& request = *event.mutable_create_model_version();
    request.set_parent("models/" + model_id);
    request.mutable_model_version()->set_blob("blobs/" + Sha256Hex("x"));
    return event;
  }
  static Event Deployment(const std::string& model_id) {
    Event event;
    auto& request = *event.mutable_create_deployment();
    request.set_deployment_id("d");
    request.mutable_deployment()->set_model_version("models/" + model_id + "/versions/1");
    return event;
  }
  static Event Job(const std::string& id) {
    Event event;
    auto& request = *event.mutable_create_job()->mutable_request();
    request.set_job_id(id);
    request.mutable_spec()->mutable_model()->set_blob("blobs/" + Sha256Hex("x"));
    auto& data = *request.mutable_spec()->mutable_evaluate()->mutable_data()->mutable_dataset();
    data.set_format(tricorn::v1::DATASET_FORMAT_NPZ);
    data.add_files()->set_path("data.npz");
    data.mutable_files(0)->set_blob("blobs/" + Sha256Hex("x"));
    return event;
  }
  static Event Cancel(const std::string& id) {
    Event event;
    event.mutable_cancel_job()->set_name("jobs/" + id);
    return event;
  }

  FragileLog log_;
  MachineOptions options_;
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
};

TEST_F(MachineTest, ALogThatGoesOnRefusingIsNotReplayedAgainAndAgain) {
  auto machine = Recover();
  EXPECT_TRUE(machine->Commit({Model("before")}, now_)[0].status.ok());
  for (const char* spell : {"first", "second"}) {
    log_.full = true;
    const int reads = log_.reads;
    for (int i = 0; i < 10; ++i) {
      EXPECT_FALSE(machine->Commit({Model(spell)}, now_)[0].status.ok());
      EXPECT_FALSE(machine->state().models.contains(spell));
    }
    EXPECT_EQ(log_.reads, reads + 1) << spell;
    log_.full = false;
    EXPECT_TRUE(machine->Commit({Model(spell)}, now_)[0].status.ok());
  }
  EXPECT_EQ(Recover()->state().models.size(), 3u);
}

TEST_F(MachineTest, CompactsALogOfFewLargeEvents) {
  options_.bytes_per_snapshot = 10'000;
  auto machine = Recover();
  Event large = Model("a");
  large.mutable_create_model()->mutable_model()->set_display_name(std::string(9'000, 'x'));
  EXPECT_TRUE(machine->Commit({large}, now_)[0].status.ok());
  EXPECT_EQ(log_.contents.events.size(), 1u);
  large.mutable_create_model()->set_model_id("b");
  large.mutable_create_model()->set_request_id("make b");
  EXPECT_TRUE(machine->Commit({large}, now_)[0].status.ok());
  EXPECT_TRUE(log_.contents.events.empty());
  EXPECT_EQ(Recover()->state().models.size(), 2u);
}

TEST_F(MachineTest, WhatCouldNotBeLoggedDidNotHappen) {
  auto machine = Recover();
  EXPECT_TRUE(machine->Commit({Model("before")}, now_)[0].status.ok());
  log_.full = true;
  const auto refused = machine->Commit({Model("a"), Model("before"), Model("b")}, now_);
  for (const Effects& effects : refused) {
    EXPECT_EQ(effects.status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(ReasonOf(effects.status), kLogUnavailable);
    EXPECT_FALSE(effects.changed);
  }
  EXPECT_EQ(machine->state().models.size(), 1u);
  log_.full = false;
  EXPECT_TRUE(machine->Commit({Model("a")}, now_)[0].status.ok());
  EXPECT_EQ(Recover()->state().models.size(), 2u);
}

TEST_F(MachineTest, RefusedAndRepeatedEventsAreNotLogged) {
  auto machine = Recover();
  Event bad;
  bad.mutable_create_model()->set_model_id("No Good");
  const auto effects = machine->Commit({Model("a"), bad, Model("a")}, now_);
  EXPECT_TRUE(effects[0].changed);
  EXPECT_EQ(effects[1].status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(effects[2].name, "models/a");
  EXPECT_EQ(log_.contents.events.size(), 1u);
}

TEST_F(MachineTest, CompactsAndRecoversFromTheSnapshot) {
  options_.events_per_snapshot = 10;
  auto machine = Recover();
  for (int i = 0; i < 25; ++i) machine->Commit({Model("m" + std::to_string(i))}, now_);
  EXPECT_LT(log_.contents.events.size(), 10u);
  EXPECT_FALSE(log_.contents.snapshot.empty());
  EXPECT_EQ(Recover()->state().models.size(), 25u);
}

TEST_F(MachineTest, ALeaseThatIsNotRenewedLosesTheWorker) {
  auto machine = Recover();
  machine->Commit({Worker("one")}, now_);
  now_ += options_.lease_duration * 0.9;
  EXPECT_TRUE(machine->Heartbeat("w", "one", {}, now_).ok());
  now_ += options_.lease_duration * 0.9;
  EXPECT_TRUE(machine->Due(now_).empty());
  now_ += options_.lease_duration * 0.2;
  const std::vector<Event> due = machine->Due(now_);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_TRUE(due[0].has_worker_lost());
  machine->Commit(due, now_);
  EXPECT_EQ(ReasonOf(machine->Heartbeat("w", "one", {}, now_)), kUnknownWorker);
}

TEST_F(MachineTest, ARestartGivesWorkersANewLease) {
  Recover()->Commit({Worker("one")}, now_);
  now_ += absl::Hours(1);
  auto machine = Recover();
  EXPECT_TRUE(machine->Due(now_).empty());
  EXPECT_TRUE(machine->Heartbeat("w", "one", {}, now_).ok());
  // Two agents of one name do not take it from each other again and again.
  EXPECT_EQ(ReasonOf(machine->Heartbeat("w", "another", {}, now_)), kStaleGeneration);
}

TEST_F(MachineTest, ARestartGivesWorkersTimeToStartWhatWasAssignedJustBefore) {
  auto machine = Recover();
  machine->Commit({Worker("one"), Blob("x"), Model("m"), Version("m"), Deployment("m")}, now_);
  now_ += absl::Hours(1);
  machine = Recover();
  const auto heartbeat = [&] {
    EXPECT_TRUE(machine->Heartbeat("w", "one", {}, now_).ok());
    now_ += options_.lease_duration / 5;
  };
  heartbeat();
  heartbeat();
  EXPECT_TRUE(machine->Due(now_).empty());
  now_ += options_.lease_duration;
  heartbeat();
  heartbeat();
  const std::vector<Event> due = machine->Due(now_);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].report_exit().assignment_id(), "deployments/d/1/1");
}

TEST_F(MachineTest, BlobsThatNothingRefersToAreForgotten) {
  auto machine = Recover();
  machine->Commit({Blob("x")}, now_);
  now_ += options_.unreferenced_blob_ttl + absl::Seconds(1);
  const auto effects = machine->Commit(machine->Due(now_), now_);
  ASSERT_EQ(effects.size(), 1u);
  EXPECT_TRUE(effects[0].forgotten_blobs.contains(Sha256Hex("x")));
  EXPECT_TRUE(machine->state().blobs.empty());
}

TEST_F(MachineTest, RecoversFromWordsThatWereCutWithinACharacter) {
  options_.events_per_snapshot = 1;
  auto machine = Recover();
  machine->Commit({Worker("one"), Blob("x"), Model("m"), Version("m"), Deployment("m")}, now_);
  Event exit;
  exit.mutable_report_exit()->set_worker_id("w");
  exit.mutable_report_exit()->set_incarnation("one");
  exit.mutable_report_exit()->set_assignment_id("deployments/d/1/1");
  exit.mutable_report_exit()->set_exit_code(1);
  std::string message = "x";
  while (message.size() < 20'000) message += "\u00e4";
  exit.mutable_report_exit()->set_message(message);
  EXPECT_TRUE(machine->Commit({exit}, now_)[0].changed);
  EXPECT_EQ(Recover()->state().deployments.size(), 1u);
}

TEST_F(MachineTest, AJobOfADeletedOnesNameHasAFeedOfItsOwn) {
  auto machine = Recover();
  machine->Commit({Blob("x"), Job("j"), Cancel("j")}, now_);
  log_.feed.clear();
  Event gone;
  gone.mutable_delete_job()->set_name("jobs/j");
  for (const Effects& effects : machine->Commit({gone, Job("j")}, now_)) {
    EXPECT_TRUE(effects.status.ok()) << effects.status;
  }
  EXPECT_FALSE(log_.feed["j"].empty());
  machine->Commit({Cancel("j"), gone}, now_);
  EXPECT_TRUE(log_.feed["j"].empty());
}

TEST_F(MachineTest, ManyBlobsAreForgottenAFewAtATime) {
  auto machine = Recover();
  std::vector<Event> stored;
  for (int i = 0; i < 600; ++i) stored.push_back(Blob(std::to_string(i)));
  machine->Commit(stored, now_);
  now_ += options_.unreferenced_blob_ttl + absl::Seconds(1);
  for (size_t left = 600; left > 0; left = machine->state().blobs.size()) {
    const std::vector<Effects> effects = machine->Commit(machine->Due(now_), now_);
    ASSERT_EQ(effects.size(), 1u);
    EXPECT_GT(effects[0].forgotten_blobs.size(), 0u);
    EXPECT_LE(effects[0].forgotten_blobs.size(), 256u);
  }
}

TEST_F(MachineTest, ADeploymentIsKeptForLessThanASecondToo) {
  auto machine = Recover();
  Event deployment = Deployment("m");
  deployment.mutable_create_deployment()->mutable_deployment()->mutable_idle_ttl()->set_nanos(
      500'000'000);
  machine->Commit({Blob("x"), Model("m"), Version("m"), deployment}, now_);
  EXPECT_TRUE(machine->Due(now_).empty());
  EXPECT_EQ(machine->Due(now_ + absl::Milliseconds(500)).size(), 1u);
}

TEST_F(MachineTest, ADamagedLogIsAnError) {
  log_.contents.snapshot = "\xff\xff no snapshot";
  const auto machine = Machine::Recover(log_, {}, Logger("test", [](std::string_view) {}), now_);
  EXPECT_EQ(machine.status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace tricorn::server
