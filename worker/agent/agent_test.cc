#include "worker/agent/agent.h"
#include "core/base/mutex.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <set>
#include <thread>

#include "absl/time/clock.h"
#include "core/base/env.h"
#include "proto/rpc/status.h"
#include "tricorn/v1/worker.grpc.pb.h"
#include "worker/agent/assignment_process.h"

namespace tricorn::worker {
namespace {

// What a coordinator's WorkerService does, for one worker, in memory.
class FakeCoordinator : public v1::WorkerService::Service {
 public:
  ~FakeCoordinator() override { Stop(); }

  // On the port of the last start, if there was one.
  void Start() {
    stopping_ = false;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:" + std::to_string(port_),
                             grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }
  void Stop() {
    stopping_ = true;
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  void Assign(std::vector<v1::Assignment> assignments) {
    MutexLock lock(&mu_);
    set_.set_revision(set_.revision() + 1);
    set_.clear_assignments();
    for (auto& assignment : assignments) *set_.add_assignments() = assignment;
  }
  void RegisterAnotherAgent() {
    MutexLock lock(&mu_);
    incarnation_ = "another";
  }
  void ForgetWorker() {
    MutexLock lock(&mu_);
    incarnation_.clear();
  }

  template <typename Predicate>
  bool WaitFor(Predicate predicate) {
    MutexLock lock(&mu_);
    return mu_.AwaitWithTimeout(predicate, absl::Seconds(20));
  }

  grpc::Status Register(grpc::ServerContext*, const v1::RegisterRequest* request,
                        v1::RegisterResponse* response) override {
    MutexLock lock(&mu_);
    incarnation_ = request->incarnation();
    registered.push_back(*request);
    response->mutable_worker()->set_name("workers/" + request->worker_id());
    response->mutable_heartbeat_interval()->set_nanos(20'000'000);
    response->mutable_lease_duration()->set_seconds(1);
    response->mutable_stop_grace()->set_seconds(5);
    return grpc::Status::OK;
  }
  grpc::Status Heartbeat(grpc::ServerContext*, const v1::HeartbeatRequest* request,
                         v1::HeartbeatResponse*) override {
    MutexLock lock(&mu_);
    if (incarnation_ == "another") {
      return rpc::ToGrpc(rpc::WithReason(absl::AbortedError("replaced"), rpc::kStaleGeneration));
    }
    if (request->incarnation() != incarnation_) return Unknown();
    running.clear();
    for (const auto& id : request->running_assignment_ids()) running.insert(id);
    ++heartbeats;
    return grpc::Status::OK;
  }
  grpc::Status WatchAssignments(grpc::ServerContext* context,
                                const v1::WatchAssignmentsRequest* request,
                                grpc::ServerWriter<v1::AssignmentSet>* writer) override {
    int64_t sent = -1;
    while (!context->IsCancelled() && !stopping_) {
      v1::AssignmentSet set;
      {
        MutexLock lock(&mu_);
        if (request->incarnation() != incarnation_) return Unknown();
        set = set_;
      }
      if (set.revision() != sent) writer->Write(set);
      sent = set.revision();
      absl::SleepFor(absl::Milliseconds(10));
    }
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "stopping");
  }
  grpc::Status ReportExit(grpc::ServerContext*, const v1::ReportExitRequest* request,
                          v1::ReportExitResponse*) override {
    MutexLock lock(&mu_);
    exits.emplace(request->assignment_id(), *request);
    return grpc::Status::OK;
  }
  grpc::Status Deregister(grpc::ServerContext*, const v1::DeregisterRequest*,
                          v1::DeregisterResponse*) override {
    MutexLock lock(&mu_);
    deregistered = true;
    return grpc::Status::OK;
  }

  Mutex mu_;
  std::vector<v1::RegisterRequest> registered ABSL_GUARDED_BY(mu_);
  std::set<std::string> running ABSL_GUARDED_BY(mu_);
  std::map<std::string, v1::ReportExitRequest> exits ABSL_GUARDED_BY(mu_);
  int heartbeats ABSL_GUARDED_BY(mu_) = 0;
  bool deregistered ABSL_GUARDED_BY(mu_) = false;

 private:
  static grpc::Status Unknown() {
    return grpc::Status(grpc::StatusCode::NOT_FOUND, "workers/w: no such incarnation");
  }

  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::unique_ptr<grpc::Server> server_;
  std::string incarnation_ ABSL_GUARDED_BY(mu_);
  v1::AssignmentSet set_ ABSL_GUARDED_BY(mu_);
};

v1::Assignment Trainer(const std::string& id) {
  v1::Assignment assignment;
  assignment.set_id(id);
  assignment.mutable_trainer()->set_job(id.substr(0, id.find('/', 5)));
  return assignment;
}

class AgentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/agent_test.XXXXXX";
    directory_ = mkdtemp(pattern);
    coordinator_.Start();
  }
  void TearDown() override {
    StopAgent();
    Env::Posix().RemoveRecursively(directory_).IgnoreError();
  }

  AgentOptions Options() {
    AgentOptions options;
    options.coordinator = coordinator_.address();
    options.worker_id = "w";
    options.host = DescribeHost();
    options.data_dir = directory_ + "/data";
    return options;
  }
  // Starts an agent whose processes run `script`.
  void StartAgent(const std::string& script) {
    const std::string program = directory_ + "/program";
    ASSERT_TRUE(Env::Posix().WriteFileAtomically(program, "#!/bin/sh\n" + script + "\n").ok());
    ASSERT_EQ(chmod(program.c_str(), 0755), 0);
    AgentOptions options = Options();
    options.program = program;
    auto agent = Agent::Create(options, Logger("agent_test", [](std::string_view) {}));
    ASSERT_TRUE(agent.ok()) << agent.status();
    agent_ = *std::move(agent);
    thread_ = std::thread([this] { ended_ = agent_->Run(); });
  }
  void StopAgent() {
    if (!thread_.joinable()) return;
    agent_->Stop();
    thread_.join();
  }
  bool WaitUntilRunning(const std::set<std::string>& ids) {
    return coordinator_.WaitFor([&] {
      coordinator_.mu_.AssertHeld();
      return coordinator_.running == ids;
    });
  }

  std::string directory_;
  FakeCoordinator coordinator_;
  std::unique_ptr<Agent> agent_;
  absl::Status ended_;
  std::thread thread_;
};

TEST_F(AgentTest, ProcessesKnowHowLongTheyHaveToEnd) {
  StartAgent("printf '%s\\n' \"$@\" | grep -A1 stop-grace; exit 9");
  coordinator_.Assign({Trainer("jobs/a/1/0")});
  ASSERT_TRUE(coordinator_.WaitFor([&] {
    coordinator_.mu_.AssertHeld();
    return coordinator_.exits.contains("jobs/a/1/0");
  }));
  MutexLock lock(&coordinator_.mu_);
  EXPECT_EQ(coordinator_.exits.at("jobs/a/1/0").message(),
            "trainer jobs/a/1/0: exit code 9; its last lines:\n--stop-grace\n5\n");
}

TEST_F(AgentTest, RunsAProcessPerAssignmentAndReportsHowItEnded) {
  v1::Failure failure;
  failure.set_code(3);
  failure.set_message("model: bad");
  const std::string words = directory_ + "/words";
  ASSERT_TRUE(Env::Posix().WriteFileAtomically(words, failure.SerializeAsString()).ok());
  StartAgent("echo \"$2 $3\"; cat " + words + " >&4; exit 9");
  coordinator_.Assign({Trainer("jobs/a/1/0")});
  ASSERT_TRUE(coordinator_.WaitFor([&] {
    coordinator_.mu_.AssertHeld();
    return coordinator_.exits.contains("jobs/a/1/0");
  }));
  MutexLock lock(&coordinator_.mu_);
  const v1::ReportExitRequest& exit = coordinator_.exits.at("jobs/a/1/0");
  EXPECT_EQ(exit.worker_id(), "w");
  EXPECT_EQ(exit.incarnation(), coordinator_.registered.at(0).incarnation());
  EXPECT_EQ(exit.exit_code(), 9);
  EXPECT_EQ(exit.failure().message(), "model: bad");
  EXPECT_EQ(exit.message(), "trainer jobs/a/1/0: exit code 9; its last lines:\n--coordinator " +
                                coordinator_.address() + "\n");
}

TEST_F(AgentTest, ReportsAnEndWhoseLastLinesAreNoUtf8) {
  StartAgent("printf 'caf\\351\\n'; exit 9");
  coordinator_.Assign({Trainer("jobs/a/1/0")});
  ASSERT_TRUE(coordinator_.WaitFor([&] {
    coordinator_.mu_.AssertHeld();
    return coordinator_.exits.contains("jobs/a/1/0");
  }));
  MutexLock lock(&coordinator_.mu_);
  EXPECT_EQ(coordinator_.exits.at("jobs/a/1/0").message(),
            "trainer jobs/a/1/0: exit code 9; its last lines:\ncaf\ufffd\n");
}

TEST_F(AgentTest, OffersItsCapacity) {
  StartAgent("exit 0");
  ASSERT_TRUE(coordinator_.WaitFor([&] {
    coordinator_.mu_.AssertHeld();
    return !coordinator_.registered.empty();
  }));
  MutexLock lock(&coordinator_.mu_);
  const v1::RegisterRequest& self = coordinator_.registered.at(0);
  EXPECT_EQ(self.capacity().slots(), 1);
  EXPECT_GE(self.capacity().threads(), 1);
  EXPECT_GT(self.capacity().memory_bytes(), 0);
  EXPECT_FALSE(self.host_id().empty());
  EXPECT_EQ(self.address(), "127.0.0.1");
}

TEST_F(AgentTest, StopsWhatIsNoLongerAssignedWithoutReportingIt) {
  StartAgent("exec sleep 60");
  coordinator_.Assign({Trainer("jobs/a/1/0"), Trainer("jobs/b/1/0")});
  ASSERT_TRUE(WaitUntilRunning({"jobs/a/1/0", "jobs/b/1/0"}));
  coordinator_.Assign({Trainer("jobs/b/1/0")});
  ASSERT_TRUE(WaitUntilRunning({"jobs/b/1/0"}));
  MutexLock lock(&coordinator_.mu_);
  EXPECT_TRUE(coordinator_.exits.empty());
}

TEST_F(AgentTest, KeepsProcessesWhileTheCoordinatorIsAway) {
  StartAgent("echo $$ >> " + directory_ + "/started; exec sleep 60");
  coordinator_.Assign({Trainer("jobs/a/1/0")});
  ASSERT_TRUE(WaitUntilRunning({"jobs/a/1/0"}));
  coordinator_.Stop();
  absl::SleepFor(absl::Milliseconds(300));
  {
    MutexLock lock(&coordinator_.mu_);
    coordinator_.running.clear();
  }
  coordinator_.Start();
  ASSERT_TRUE(WaitUntilRunning({"jobs/a/1/0"}));
  const std::string started = Env::Posix().ReadFile(directory_ + "/started").value();
  EXPECT_EQ(std::count(started.begin(), started.end(), '\n'), 1);
  MutexLock lock(&coordinator_.mu_);
  EXPECT_EQ(coordinator_.registered.size(), 1u);
}

TEST_F(AgentTest, ReportsAnExitOnceTheCoordinatorIsBack) {
  StartAgent("while [ ! -e " + directory_ + "/go ]; do sleep 0.02; done; exit 4");
  coordinator_.Assign({Trainer("jobs/a/1/0")});
  ASSERT_TRUE(WaitUntilRunning({"jobs/a/1/0"}));
  coordinator_.Stop();
  ASSERT_TRUE(Env::Posix().WriteFileAtomically(directory_ + "/go", "").ok());
  absl::SleepFor(absl::Milliseconds(300));
  coordinator_.Start();
  EXPECT_TRUE(coordinator_.WaitFor([&] {
    coordinator_.mu_.AssertHeld();
    return coordinator_.exits.contains("jobs/a/1/0");
  }));
}

TEST_F(AgentTest, RegistersAgainWhenItIsNotKnownAnyMore) {
  StartAgent("exec sleep 60");
  coordinator_.Assign({Trainer("jobs/a/1/0")});
  ASSERT_TRUE(WaitUntilRunning({"jobs/a/1/0"}));
  coordinator_.Assign({});
  coordinator_.ForgetWorker();
  ASSERT_TRUE(coordinator_.WaitFor([&] {
    coordinator_.mu_.AssertHeld();
    return coordinator_.registered.size() == 2;
  }));
  ASSERT_TRUE(WaitUntilRunning({}));
  MutexLock lock(&coordinator_.mu_);
  EXPECT_EQ(coordinator_.registered[0].incarnation(), coordinator_.registered[1].incarnation());
}

TEST_F(AgentTest, EndsWhenAnotherAgentHasItsName) {
  StartAgent("exec sleep 60");
  coordinator_.Assign({Trainer("jobs/a/1/0")});
  ASSERT_TRUE(WaitUntilRunning({"jobs/a/1/0"}));
  coordinator_.RegisterAnotherAgent();
  thread_.join();
  EXPECT_TRUE(absl::IsAborted(ended_)) << ended_;
  MutexLock lock(&coordinator_.mu_);
  EXPECT_EQ(coordinator_.registered.size(), 1u);
}

TEST_F(AgentTest, LeavesInGoodOrder) {
  StartAgent("trap 'echo stopped > " + directory_ + "/log; exit 0' TERM; sleep 60 & wait");
  coordinator_.Assign({Trainer("jobs/a/1/0")});
  ASSERT_TRUE(WaitUntilRunning({"jobs/a/1/0"}));
  absl::SleepFor(absl::Milliseconds(100));  // for the trap
  StopAgent();
  EXPECT_EQ(Env::Posix().ReadFile(directory_ + "/log").value_or(""), "stopped\n");
  MutexLock lock(&coordinator_.mu_);
  EXPECT_TRUE(coordinator_.deregistered);
  EXPECT_TRUE(coordinator_.exits.empty());
}

TEST_F(AgentTest, LeavesNothingInItsScratchDirectories) {
  StartAgent(
      "while [ \"$1\" != --scratch-dir ]; do shift; done; mkdir -p \"$2\"; echo x > \"$2/f\"; "
      "exit 1");
  coordinator_.Assign({Trainer("jobs/a/1/0")});
  ASSERT_TRUE(coordinator_.WaitFor([&] {
    coordinator_.mu_.AssertHeld();
    return coordinator_.exits.contains("jobs/a/1/0");
  }));
  EXPECT_TRUE(Env::Posix().List(directory_ + "/data/processes").value().empty());
}

TEST_F(AgentTest, RefusesWhatCannotWork) {
  const Logger logger("agent_test", [](std::string_view) {});
  AgentOptions bad_id = Options();
  bad_id.worker_id = "Not Good";
  EXPECT_EQ(Agent::Create(bad_id, logger).status().code(), absl::StatusCode::kInvalidArgument);
  AgentOptions open = Options();
  open.listen = "0.0.0.0:0";
  EXPECT_EQ(Agent::Create(open, logger).status().code(), absl::StatusCode::kFailedPrecondition);
  AgentOptions open_http = Options();
  open_http.http_listen = "0.0.0.0:0";
  EXPECT_EQ(Agent::Create(open_http, logger).status().code(),
            absl::StatusCode::kFailedPrecondition);
  StartAgent("exit 0");
  EXPECT_EQ(Agent::Create(Options(), logger).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace tricorn::worker
