#include "server/state/deployments.h"

#include "gmock/gmock.h"
#include "server/state/cluster_test_fixture.h"

namespace tricorn::server {
namespace {

using ::testing::HasSubstr;
using namespace tricorn::v1;  // NOLINT: states by their names

class DeploymentsTest : public ClusterTest {
 protected:
  std::string AddVersion(const std::string& content) {
    Event event;
    auto& request = *event.mutable_create_model_version();
    request.set_parent("models/m");
    request.set_allow_missing(true);
    request.mutable_model_version()->set_blob(Store(content));
    return Apply(event).name;
  }
  absl::Status Deploy(const std::string& version, int replicas = 1) {
    Event event;
    auto& request = *event.mutable_create_deployment();
    request.set_deployment_id("d");
    request.mutable_deployment()->set_model_version(version);
    request.mutable_deployment()->set_replica_count(replicas);
    return Apply(event).status;
  }
  absl::Status Update(const std::string& path, const Deployment& wanted) {
    Event event;
    auto& request = *event.mutable_update_deployment();
    *request.mutable_deployment() = wanted;
    request.mutable_deployment()->set_name("deployments/d");
    request.mutable_update_mask()->add_paths(path);
    return Apply(event).status;
  }
  absl::Status Ready(const std::string& worker, const std::string& assignment) {
    Event event;
    auto& request = *event.mutable_predictor_ready();
    request.set_worker_id(worker);
    request.set_incarnation("one");
    request.set_assignment_id(assignment);
    request.set_address(worker + ":1");
    return Apply(event).status;
  }
  const Deployment& Shown() { return state_.deployments.at("d").deployment(); }
};

TEST_F(DeploymentsTest, IsReadyWhenAReplicaIs) {
  AddVersion("one");
  ASSERT_TRUE(Deploy("models/m/versions/latest").ok());
  EXPECT_THAT(Shown().pending_reason(), HasSubstr("no worker is registered"));
  Register("a");
  EXPECT_EQ(Shown().state(), DEPLOYMENT_STATE_PENDING);
  const AssignmentSet set = AssignmentsOf(state_, "a");
  ASSERT_EQ(set.assignments_size(), 1);
  EXPECT_EQ(set.assignments(0).predictor().model_version(), "models/m/versions/1");
  ASSERT_TRUE(Ready("a", set.assignments(0).id()).ok());
  EXPECT_EQ(Shown().state(), DEPLOYMENT_STATE_READY);
  EXPECT_EQ(Shown().replicas(0).address(), "a:1");
}

TEST_F(DeploymentsTest, ANewVersionTakesOverWhenReady) {
  AddVersion("one");
  Register("a");
  Register("b");
  ASSERT_TRUE(Deploy("models/m/versions/1").ok());
  const bool first_on_a = AssignmentsOf(state_, "a").assignments_size() == 1;
  const std::string old_worker = first_on_a ? "a" : "b", new_worker = first_on_a ? "b" : "a";
  ASSERT_TRUE(Ready(old_worker, "deployments/d/1/1").ok());
  Deployment wanted;
  wanted.set_model_version(AddVersion("two"));
  ASSERT_TRUE(Update("model_version", wanted).ok());
  EXPECT_EQ(Shown().state(), DEPLOYMENT_STATE_READY);  // by the old one
  EXPECT_EQ(Shown().replicas_size(), 2);
  ASSERT_TRUE(Ready(new_worker, "deployments/d/2/2").ok());
  ASSERT_EQ(Shown().replicas_size(), 1);
  EXPECT_EQ(Shown().replicas(0).worker(), "workers/" + new_worker);
  EXPECT_EQ(Ready(old_worker, "deployments/d/1/1").code(), absl::StatusCode::kAborted);
}

TEST_F(DeploymentsTest, WithoutRoomTheOldVersionMakesWay) {
  AddVersion("one");
  Register("a");
  ASSERT_TRUE(Deploy("models/m/versions/1").ok());
  ASSERT_TRUE(Ready("a", "deployments/d/1/1").ok());
  Deployment wanted;
  wanted.set_model_version(AddVersion("two"));
  ASSERT_TRUE(Update("model_version", wanted).ok());
  const AssignmentSet set = AssignmentsOf(state_, "a");
  ASSERT_EQ(set.assignments_size(), 1);
  EXPECT_EQ(set.assignments(0).id(), "deployments/d/2/2");
}

TEST_F(DeploymentsTest, ScalesUpAndDown) {
  AddVersion("one");
  for (const char* worker : {"a", "b", "c"}) Register(worker);
  ASSERT_TRUE(Deploy("models/m/versions/1").ok());
  Deployment wanted;
  wanted.set_replica_count(3);
  ASSERT_TRUE(Update("replica_count", wanted).ok());
  EXPECT_EQ(Shown().replicas_size(), 3);
  wanted.set_replica_count(1);
  ASSERT_TRUE(Update("replica_count", wanted).ok());
  EXPECT_EQ(Shown().replicas_size(), 1);
  EXPECT_THAT(Update("name", wanted).message(), HasSubstr("update_mask: expected model_version"));
}

TEST_F(DeploymentsTest, CrashesAreRetriedAndThenGivenUp) {
  AddVersion("one");
  Register("a");
  ASSERT_TRUE(Deploy("models/m/versions/1").ok());
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(Shown().state(), DEPLOYMENT_STATE_PENDING);
    const AssignmentSet set = AssignmentsOf(state_, "a");
    ASSERT_EQ(set.assignments_size(), 1) << i;
    EXPECT_TRUE(Exit("a", set.assignments(0).id(), 139).changed);
    EXPECT_FALSE(Exit("a", set.assignments(0).id(), 139).changed);
    EXPECT_LT(now_, NextTick(state_));
    now_ += absl::Seconds(10);
    Tick();
  }
  EXPECT_EQ(Shown().state(), DEPLOYMENT_STATE_FAILED);
  EXPECT_THAT(Shown().failure().message(), HasSubstr("exit code 139"));
  Event event;
  event.mutable_delete_deployment()->set_name("deployments/d");
  EXPECT_TRUE(Apply(event).status.ok());
  EXPECT_EQ(References("one"), 1);
}

TEST_F(DeploymentsTest, ALostWorkersReplicaMovesOn) {
  AddVersion("one");
  Register("a");
  ASSERT_TRUE(Deploy("models/m/versions/1").ok());
  Register("b");
  Lose("a");
  EXPECT_EQ(AssignmentsOf(state_, "a").assignments_size(), 0);
  EXPECT_EQ(AssignmentsOf(state_, "b").assignments_size(), 1);
}

TEST_F(DeploymentsTest, WhatARequestMadeGoesWithItsModel) {
  AddVersion("one");
  AddVersion("two");
  Register("a");
  Register("b");
  Event event;
  auto& request = *event.mutable_create_deployment();
  for (const char* version : {"models/m/versions/1", "models/m/versions/2"}) {
    request.set_deployment_id(std::string("auto-") + version[std::string(version).size() - 1]);
    request.mutable_deployment()->set_model_version(version);
    request.mutable_deployment()->set_on_demand(true);
    ASSERT_TRUE(Apply(event).status.ok());
  }
  Event one;
  one.mutable_delete_model_version()->set_name("models/m/versions/1");
  EXPECT_TRUE(Apply(one).status.ok());
  EXPECT_FALSE(state_.deployments.contains("auto-1"));
  EXPECT_TRUE(state_.deployments.contains("auto-2"));
  EXPECT_EQ(References("one"), 0);

  ASSERT_TRUE(Deploy("models/m/versions/2").ok());
  Event all;
  all.mutable_delete_model()->set_name("models/m");
  EXPECT_THAT(Apply(all).status.message(), HasSubstr("deployments/d serves it"));
  EXPECT_TRUE(state_.deployments.contains("auto-2")) << "a refusal changes nothing";
  Event undeploy;
  undeploy.mutable_delete_deployment()->set_name("deployments/d");
  ASSERT_TRUE(Apply(undeploy).status.ok());
  EXPECT_TRUE(Apply(all).status.ok());
  EXPECT_TRUE(state_.deployments.empty());
  for (const char* worker : {"a", "b"}) {
    EXPECT_EQ(AssignmentsOf(state_, worker).assignments_size(), 0);
  }
}

TEST_F(DeploymentsTest, APlaceThatAnotherGivesUpIsTakenAtOnce) {
  AddVersion("one");
  Register("a");
  Register("b");
  ASSERT_TRUE(Deploy("models/m/versions/1", 2).ok());
  Event waiting;
  waiting.mutable_create_deployment()->set_deployment_id("a-first-by-name");
  waiting.mutable_create_deployment()->mutable_deployment()->set_model_version(
      "models/m/versions/1");
  ASSERT_TRUE(Apply(waiting).status.ok());
  const Deployment& other = state_.deployments.at("a-first-by-name").deployment();
  EXPECT_EQ(other.replicas_size(), 0);
  Deployment wanted;
  wanted.set_replica_count(1);
  ASSERT_TRUE(Update("replica_count", wanted).ok());
  EXPECT_EQ(Shown().replicas_size(), 1);
  EXPECT_EQ(other.replicas_size(), 1) << other.pending_reason();
}

TEST_F(DeploymentsTest, AnOldGenerationsEndSaysNothingOfTheNewOne) {
  AddVersion("one");
  Register("a");
  Register("b");
  Register("c");
  ASSERT_TRUE(Deploy("models/m/versions/1", 2).ok());
  Deployment wanted;
  wanted.set_model_version(AddVersion("two"));
  ASSERT_TRUE(Update("model_version", wanted).ok());
  for (const char* worker : {"a", "b", "c"}) {
    const AssignmentSet set = AssignmentsOf(state_, worker);
    for (const Assignment& assignment : set.assignments()) {
      if (assignment.generation() == 1) Exit(worker, assignment.id(), 139);
    }
  }
  EXPECT_FALSE(Shown().has_failure()) << Shown().failure().message();
  EXPECT_EQ(Shown().replicas_size(), 2);
  EXPECT_EQ(NextTick(state_), absl::InfiniteFuture());
}

}  // namespace
}  // namespace tricorn::server
