#include <thread>

#include "core/base/sha256.h"
#include "gmock/gmock.h"
#include "tests/service/service_fixture.h"

namespace tricorn::server {
namespace {

using ::testing::HasSubstr;
using tricorn::v1::PredictService;

// Stands for a predictor process: answers with its name.
class FakePredictor : public PredictService::Service {
 public:
  explicit FakePredictor(std::string name) : name_(std::move(name)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  grpc::Status Predict(grpc::ServerContext*, const tricorn::v1::PredictRequest* request,
                       tricorn::v1::PredictResponse* response) override {
    response->set_model_version(name_);
    *response->mutable_outputs() = request->inputs();
    return grpc::Status::OK;
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void Shutdown() { server_->Shutdown(); }

 private:
  const std::string name_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class PredictServiceTest : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    tricorn::v1::CreateModelVersionRequest request;
    request.set_parent("models/m");
    request.set_allow_missing(true);
    request.mutable_model_version()->set_blob(Upload("a model"));
    tricorn::v1::ModelVersion version;
    ASSERT_TRUE(Call(&tricorn::v1::ModelService::Stub::CreateModelVersion, request, &version).ok());
  }

  // The next assignment of the worker whose id is not `but`.
  tricorn::v1::Assignment NextAssignment(const std::string& worker_id,
                                         const std::string& but = "") {
    tricorn::v1::WorkerService::Stub stub(channel_);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    tricorn::v1::WatchAssignmentsRequest request;
    request.set_worker_id(worker_id);
    request.set_incarnation("one");
    auto reader = stub.WatchAssignments(&context, request);
    tricorn::v1::AssignmentSet set;
    while (reader->Read(&set)) {
      for (const auto& assignment : set.assignments()) {
        if (assignment.id() == but) continue;
        context.TryCancel();
        reader->Finish();
        return assignment;
      }
    }
    ADD_FAILURE() << reader->Finish().error_message();
    return {};
  }

  absl::Status Ready(const std::string& worker_id, const std::string& assignment_id,
                     const std::string& address) {
    tricorn::v1::ReportPredictorReadyRequest request;
    request.set_worker_id(worker_id);
    request.set_incarnation("one");
    request.set_assignment_id(assignment_id);
    request.set_address(address);
    tricorn::v1::ReportPredictorReadyResponse response;
    return Call(&tricorn::v1::WorkerService::Stub::ReportPredictorReady, request, &response);
  }

  absl::StatusOr<std::string> Predict(const std::string& target) {
    tricorn::v1::PredictRequest request;
    request.set_target(target);
    tricorn::v1::PredictResponse response;
    RETURN_IF_ERROR(Call(&PredictService::Stub::Predict, request, &response));
    return response.model_version();
  }
};

TEST_F(PredictServiceTest, AModelIsDeployedOnDemandAndAReplicaThatDiesIsReplaced) {
  Register("w");
  FakePredictor first("first"), second("second");
  absl::StatusOr<std::string> answer;
  std::thread caller([&] { answer = Predict("models/m"); });
  const tricorn::v1::Assignment assignment = NextAssignment("w");
  EXPECT_EQ(assignment.predictor().model_version(), "models/m/versions/1");
  EXPECT_TRUE(Ready("w", assignment.id(), first.address()).ok());
  caller.join();
  EXPECT_EQ(*answer, "first");
  tricorn::v1::ListDeploymentsResponse list;
  ASSERT_TRUE(Call(&tricorn::v1::DeploymentService::Stub::ListDeployments,
                   tricorn::v1::ListDeploymentsRequest(), &list)
                  .ok());
  EXPECT_TRUE(list.deployments(0).on_demand());

  first.Shutdown();
  tricorn::v1::ReportExitRequest exit;
  exit.set_worker_id("w");
  exit.set_incarnation("one");
  exit.set_assignment_id(assignment.id());
  exit.set_exit_code(139);
  tricorn::v1::ReportExitResponse ignored;
  EXPECT_TRUE(Call(&tricorn::v1::WorkerService::Stub::ReportExit, exit, &ignored).ok());
  std::thread again([&] { answer = Predict("models/m/versions/1"); });
  const tricorn::v1::Assignment next = NextAssignment("w", assignment.id());
  EXPECT_TRUE(Ready("w", next.id(), second.address()).ok());
  again.join();
  EXPECT_EQ(*answer, "second");
  EXPECT_EQ(Ready("w", assignment.id(), first.address()).code(), absl::StatusCode::kAborted);
}

TEST_F(PredictServiceTest, WhatCannotBeServedIsAnErrorAtOnce) {
  EXPECT_EQ(Predict("models/none").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Predict("deployments/none").status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Predict("nonsense").status().message(), HasSubstr("target: expected"));

  Register("w");
  tricorn::v1::CreateDeploymentRequest create;
  create.set_deployment_id("d");
  create.mutable_deployment()->set_model_version("models/m/versions/latest");
  tricorn::v1::Deployment deployment;
  ASSERT_TRUE(
      Call(&tricorn::v1::DeploymentService::Stub::CreateDeployment, create, &deployment).ok());
  tricorn::v1::ReportExitRequest exit;
  exit.set_worker_id("w");
  exit.set_incarnation("one");
  exit.set_assignment_id(NextAssignment("w").id());
  exit.set_exit_code(1);
  exit.mutable_failure()->set_message("config.json: expected a model, received a fish");
  tricorn::v1::ReportExitResponse ignored;
  ASSERT_TRUE(Call(&tricorn::v1::WorkerService::Stub::ReportExit, exit, &ignored).ok());
  const absl::Status status = Predict("deployments/d").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("received a fish"));
}

TEST_F(PredictServiceTest, ShutdownDoesNotWaitForWhoWaitsForAReplica) {
  absl::StatusOr<std::string> answer;
  std::thread caller([&] { answer = Predict("models/m"); });
  tricorn::v1::ListDeploymentsResponse deployments;
  do {
    ASSERT_TRUE(Call(&tricorn::v1::DeploymentService::Stub::ListDeployments,
                     tricorn::v1::ListDeploymentsRequest(), &deployments)
                    .ok());
  } while (deployments.deployments().empty());
  const absl::Time start = absl::Now();
  Stop();
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  caller.join();
  EXPECT_FALSE(answer.ok());
}

TEST_F(PredictServiceTest, ADeploymentThatTookAnotherVersionIsNotAskedForForEver) {
  tricorn::v1::CreateModelVersionRequest second;
  second.set_parent("models/m");
  second.mutable_model_version()->set_blob(Upload("another model"));
  tricorn::v1::ModelVersion version;
  ASSERT_TRUE(Call(&tricorn::v1::ModelService::Stub::CreateModelVersion, second, &version).ok());
  tricorn::v1::CreateDeploymentRequest create;
  create.set_deployment_id("auto-" + Sha256Hex("models/m/versions/1").substr(0, 12));
  create.mutable_deployment()->set_model_version("models/m/versions/2");
  tricorn::v1::Deployment deployment;
  ASSERT_TRUE(
      Call(&tricorn::v1::DeploymentService::Stub::CreateDeployment, create, &deployment).ok());
  const absl::Status status = Predict("models/m/versions/1").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists) << status;
}

TEST_F(PredictServiceTest, AFailedDeploymentIsNotKeptByThoseWhoAskForIt) {
  Register("w");
  tricorn::v1::CreateDeploymentRequest create;
  create.set_deployment_id("d");
  create.mutable_deployment()->set_model_version("models/m/versions/1");
  create.mutable_deployment()->mutable_idle_ttl()->set_seconds(1);
  tricorn::v1::Deployment deployment;
  ASSERT_TRUE(
      Call(&tricorn::v1::DeploymentService::Stub::CreateDeployment, create, &deployment).ok());
  tricorn::v1::ReportExitRequest exit;
  exit.set_worker_id("w");
  exit.set_incarnation("one");
  exit.set_assignment_id(NextAssignment("w").id());
  exit.mutable_failure()->set_message("config.json: expected a model, received a fish");
  tricorn::v1::ReportExitResponse ignored;
  ASSERT_TRUE(Call(&tricorn::v1::WorkerService::Stub::ReportExit, exit, &ignored).ok());
  const absl::Time deadline = absl::Now() + absl::Seconds(5);
  absl::Status status;
  do {
    status = Predict("deployments/d").status();
    absl::SleepFor(absl::Milliseconds(50));
  } while (!absl::IsNotFound(status) && absl::Now() < deadline);
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
}

}  // namespace
}  // namespace tricorn::server
