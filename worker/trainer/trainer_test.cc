#include "worker/trainer/trainer.h"
#include "core/base/mutex.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "absl/time/clock.h"
#include "core/base/notification.h"
#include "core/base/sha256.h"
#include "core/comm/host_id.h"
#include "core/tensor/npy.h"
#include "proto/rpc/status.h"
#include "proto/rpc/transport.h"
#include "tricorn/v1/blob.grpc.pb.h"
#include "tricorn/v1/trainer.grpc.pb.h"

namespace tricorn::worker {
namespace {

// What a coordinator is to one job's ranks: blobs, rendezvous and reports, in memory.
struct FakeCoordinator : v1::BlobService::Service,
                         v1::RendezvousService::Service,
                         v1::TrainerService::Service {
  using Status = grpc::Status;
  using Context = grpc::ServerContext;

  std::string Put(const std::string& content) {
    MutexLock lock(&mu);
    const std::string name = "blobs/" + Sha256Hex(content);
    blobs[name] = content;
    return name;
  }
  std::string Blob(const std::string& name) {
    MutexLock lock(&mu);
    return blobs.contains(name) ? blobs.at(name) : "(absent)";
  }
  Status Check(const v1::Trainer& trainer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    if (away) return Status(grpc::StatusCode::UNAVAILABLE, "away");
    if (trainer.generation() == generation) return Status::OK;
    return rpc::ToGrpc(rpc::WithReason(absl::AbortedError("replaced"), rpc::kStaleGeneration));
  }

  Status CreateUpload(Context*, const v1::CreateUploadRequest* request,
                      v1::Upload* upload) override {
    MutexLock lock(&mu);
    upload->set_name("uploads/" + request->sha256());
    upload->set_blob("blobs/" + request->sha256());
    upload->set_complete(blobs.contains(upload->blob()));
    return away ? Status(grpc::StatusCode::UNAVAILABLE, "away") : Status::OK;
  }
  Status WriteUpload(Context*, grpc::ServerReader<v1::WriteUploadRequest>* reader,
                     v1::Upload*) override {
    v1::WriteUploadRequest request;
    std::string content;
    while (reader->Read(&request)) content += request.data();
    Put(content);
    return Status::OK;
  }
  Status ReadBlob(Context*, const v1::ReadBlobRequest* request,
                  grpc::ServerWriter<v1::ReadBlobResponse>* writer) override {
    v1::ReadBlobResponse response;
    {
      MutexLock lock(&mu);
      if (!blobs.contains(request->name())) {
        return Status(grpc::StatusCode::NOT_FOUND, "no such blob");
      }
      response.set_data(blobs.at(request->name()).substr(request->offset()));
    }
    response.set_offset(request->offset());
    writer->Write(response);
    return Status::OK;
  }
  Status SetKey(Context*, const v1::SetKeyRequest* request, v1::SetKeyResponse*) override {
    MutexLock lock(&mu);
    keys[request->key()] = request->value();
    return Check(request->trainer());
  }
  Status GetKeys(Context*, const v1::GetKeysRequest* request,
                 v1::GetKeysResponse* response) override {
    MutexLock lock(&mu);
    auto there = [&] {
      mu.AssertHeld();
      return keys.contains(request->keys(0));
    };
    mu.AwaitWithTimeout(there, absl::Seconds(request->timeout().seconds()));
    if (!there()) return Status(grpc::StatusCode::DEADLINE_EXCEEDED, "missing");
    response->add_values(keys.at(request->keys(0)));
    return Check(request->trainer());
  }
  Status ReportProgress(Context*, const v1::ReportProgressRequest* request,
                        v1::ReportProgressResponse*) override {
    MutexLock lock(&mu);
    ++attempts;
    if (refusals > 0) {
      --refusals;
      return Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "the log is full");
    }
    const Status status = Check(request->trainer());
    if (status.ok()) reports.push_back(*request);
    return status;
  }
  Status CommitCheckpoint(Context*, const v1::CommitCheckpointRequest* request,
                          v1::CommitCheckpointResponse*) override {
    MutexLock lock(&mu);
    ++attempts;
    const Status status = Check(request->trainer());
    if (status.ok()) checkpoints.push_back(*request);
    return status;
  }
  Status ReportResult(Context*, const v1::ReportResultRequest* request,
                      v1::ReportResultResponse*) override {
    MutexLock lock(&mu);
    ++attempts;
    const Status status = Check(request->trainer());
    if (status.ok()) results.push_back(*request);
    return status;
  }
  Status ReportFailure(Context*, const v1::ReportFailureRequest* request,
                       v1::ReportFailureResponse*) override {
    MutexLock lock(&mu);
    const Status status = Check(request->trainer());
    if (status.ok()) failures.push_back(*request);
    return status;
  }

  Mutex mu;
  bool away ABSL_GUARDED_BY(mu) = false;
  int64_t generation ABSL_GUARDED_BY(mu) = 1;
  int attempts ABSL_GUARDED_BY(mu) = 0;
  int refusals ABSL_GUARDED_BY(mu) = 0;  // of the next reports
  std::map<std::string, std::string> blobs ABSL_GUARDED_BY(mu);
  std::map<std::string, std::string> keys ABSL_GUARDED_BY(mu);
  std::vector<v1::ReportProgressRequest> reports ABSL_GUARDED_BY(mu);
  std::vector<v1::CommitCheckpointRequest> checkpoints ABSL_GUARDED_BY(mu);
  std::vector<v1::ReportResultRequest> results ABSL_GUARDED_BY(mu);
  std::vector<v1::ReportFailureRequest> failures ABSL_GUARDED_BY(mu);
};

// An engine that is a function.
struct FakeEngine : Engine {
  std::function<absl::StatusOr<EngineResult>(EngineTask&, EngineEvents&)> run;
  absl::StatusOr<EngineResult> Run(EngineTask task, EngineEvents& events) override {
    return run(task, events);
  }
};

class TrainerTest : public ::testing::Test {
 protected:
  TrainerTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(static_cast<v1::BlobService::Service*>(&coordinator_));
    builder.RegisterService(static_cast<v1::RendezvousService::Service*>(&coordinator_));
    builder.RegisterService(static_cast<v1::TrainerService::Service*>(&coordinator_));
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    server_ = builder.BuildAndStart();
    char pattern[] = "/tmp/trainer_test.XXXXXX";
    directory_ = mkdtemp(pattern);
  }
  ~TrainerTest() override { Env::Posix().RemoveRecursively(directory_).IgnoreError(); }

  v1::Assignment Assignment(int rank = 0, int world_size = 1) {
    v1::Assignment assignment;
    assignment.set_id("jobs/a/1/" + std::to_string(rank));
    assignment.set_generation(1);
    v1::TrainerTask& task = *assignment.mutable_trainer();
    task.set_job("jobs/a");
    task.mutable_spec()->mutable_fit()->set_epochs(2);
    task.set_rank(rank);
    task.set_world_size(world_size);
    task.set_shard_begin(rank);
    task.set_shard_end(rank + 1);
    task.set_virtual_shards(world_size);
    task.set_model_blob(coordinator_.Put("the model"));
    task.mutable_data()->set_format(v1::DATASET_FORMAT_NPY);
    v1::DatasetFile& file = *task.mutable_data()->add_files();
    file.set_path("x.npy");
    file.set_role("x");
    Tensor x(DType::kU8, Shape({3, 2}));
    std::memcpy(x.bytes(), "abcdef", 6);
    file.set_blob(coordinator_.Put(WriteNpy(x).value()));
    for (int i = 0; i < world_size; ++i) {
      v1::Peer& peer = *task.add_peers();
      peer.set_host_id(comm::LocalHostId().value());
      peer.set_address("127.0.0.1");
    }
    return assignment;
  }
  absl::Status Run(const v1::Assignment& assignment, FakeEngine& engine) {
    TrainerOptions options;
    options.cache_directory = directory_ + "/cache";
    options.scratch_directory =
        directory_ + "/scratch" + std::to_string(assignment.trainer().rank());
    options.report_interval = absl::Milliseconds(20);
    options.lost_rank_delay = absl::Milliseconds(10);
    return RunTrainer(Env::Posix(), assignment, Channel(), options, engine,
                      Logger("trainer_test", [](std::string_view) {}),
                      [this] { replaced_.Notify(); });
  }
  void SetAway(bool away) {
    MutexLock lock(&coordinator_.mu);
    coordinator_.away = away;
  }

  FakeCoordinator coordinator_;
  std::shared_ptr<grpc::Channel> Channel() const {
    return rpc::MakeChannel("127.0.0.1:" + std::to_string(port_),
                            grpc::InsecureChannelCredentials());
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::string directory_;
  Notification replaced_;
};

MakeFiles Files(std::map<std::string, std::string> files) {
  return [files = std::move(files)] { return files; };
}

v1::EpochLogs Epoch(int epoch, double loss) {
  v1::EpochLogs logs;
  logs.set_epoch(epoch);
  (*logs.mutable_logs())["loss"] = loss;
  return logs;
}

v1::Progress Step(int epoch, int64_t step) {
  v1::Progress progress;
  progress.set_epoch(epoch);
  progress.set_step(step);
  return progress;
}

TEST_F(TrainerTest, BringsInputsToTheEngineAndTellsProgressCheckpointsAndResult) {
  FakeEngine engine;
  engine.run = [](EngineTask& task, EngineEvents& events) -> absl::StatusOr<EngineResult> {
    EXPECT_EQ(task.model, "the model");
    EXPECT_EQ(task.data.num_rows(), 3);
    EXPECT_FALSE(task.restore);
    for (int epoch = 0; epoch < 2; ++epoch) {
      for (int step = 1; step <= 5; ++step) events.OnProgress(Step(epoch, step));
      events.OnEpochEnd(Epoch(epoch, 0.5 - epoch));
      events.OnCheckpoint({.step = 5 * (epoch + 1), .epoch = epoch + 1},
                          Files({{"state", "after " + std::to_string(epoch)}}));
      absl::SleepFor(absl::Milliseconds(100));
    }
    return EngineResult{.model = "trained", .metrics = {{"loss", -0.5}}, .predictions = ""};
  };
  ASSERT_TRUE(Run(Assignment(), engine).ok());

  MutexLock lock(&coordinator_.mu);
  ASSERT_EQ(coordinator_.results.size(), 1u);
  EXPECT_EQ(coordinator_.blobs.at(coordinator_.results[0].model_blob()), "trained");
  EXPECT_EQ(coordinator_.results[0].metrics().at("loss"), -0.5);
  std::vector<int> epochs;
  int64_t number = 0;
  for (const auto& report : coordinator_.reports) {
    EXPECT_EQ(report.report_number(), ++number);
    for (const auto& epoch : report.epoch_logs()) epochs.push_back(epoch.epoch());
  }
  EXPECT_EQ(epochs, (std::vector<int>{0, 1}));
  EXPECT_LT(coordinator_.reports.size(), 10u);
  ASSERT_EQ(coordinator_.checkpoints.size(), 2u);
  const v1::Checkpoint& last = coordinator_.checkpoints[1].checkpoint();
  EXPECT_EQ(last.global_step(), 10);
  EXPECT_EQ(last.epoch(), 2);
  EXPECT_EQ(last.step(), 0);
  std::vector<int> history;
  for (const auto& request : coordinator_.checkpoints) {
    for (const auto& epoch : request.history()) history.push_back(epoch.epoch());
  }
  EXPECT_EQ(history, (std::vector<int>{0, 1}));
  EXPECT_EQ(Env::Posix().List(directory_ + "/scratch0/checkpoints").value(),
            std::vector<std::string>());
}

TEST_F(TrainerTest, GoesOnFromACommittedCheckpoint) {
  FakeEngine first;
  first.run = [](EngineTask&, EngineEvents& events) -> absl::StatusOr<EngineResult> {
    events.OnEpochEnd(Epoch(0, 1));
    events.OnCheckpoint({.step = 7, .epoch = 1, .epoch_step = 2, .seeds = {3, 4}},
                        Files({{"weights", "w"}, {"more", ""}}));
    return absl::UnavailableError("rank 1 was lost");
  };
  EXPECT_TRUE(absl::IsUnavailable(Run(Assignment(), first)));
  v1::Assignment again = Assignment();
  {
    MutexLock lock(&coordinator_.mu);
    ASSERT_EQ(coordinator_.failures.size(), 1u);
    EXPECT_TRUE(coordinator_.failures[0].failure().retryable());
    ASSERT_EQ(coordinator_.checkpoints.size(), 1u);
    EXPECT_EQ(coordinator_.checkpoints[0].checkpoint().step(), 2);
    *again.mutable_trainer()->mutable_restore() = coordinator_.checkpoints[0].checkpoint();
    *again.mutable_trainer()->add_history() = Epoch(0, 1);
    *again.mutable_trainer()->add_history() = Epoch(1, 1);  // ended, but after the checkpoint
  }
  FakeEngine second;
  second.run = [](EngineTask& task, EngineEvents& events) -> absl::StatusOr<EngineResult> {
    EXPECT_EQ(task.restore->manifest.step, 7);
    EXPECT_EQ(task.restore->manifest.seeds, (std::vector<int64_t>{3, 4}));
    EXPECT_EQ(task.restore->files.at("weights"), "w");
    events.OnEpochEnd(Epoch(1, 2));
    events.OnCheckpoint({.step = 14, .epoch = 2}, Files({{"weights", "v"}}));
    return EngineResult{.model = "m", .metrics = {}, .predictions = ""};
  };
  ASSERT_TRUE(Run(again, second).ok());
  MutexLock lock(&coordinator_.mu);
  ASSERT_EQ(coordinator_.checkpoints.size(), 2u);
  ASSERT_EQ(coordinator_.checkpoints[1].history_size(), 2);
  EXPECT_EQ(coordinator_.checkpoints[1].history(1).logs().at("loss"), 2);
}

TEST_F(TrainerTest, StepsOnWhileTheCoordinatorIsAwayAndTellsItLater) {
  FakeEngine engine;
  absl::Duration took;
  engine.run = [&](EngineTask&, EngineEvents& events) -> absl::StatusOr<EngineResult> {
    SetAway(true);
    const absl::Time begin = absl::Now();
    for (int epoch = 0; epoch < 100; ++epoch) {
      events.OnProgress(Step(epoch, 1));
      events.OnEpochEnd(Epoch(epoch, 1));
      events.OnCheckpoint({.step = epoch + 1, .epoch = epoch + 1}, Files({{"weights", "w"}}));
      events.OnLog(v1::LogLine::SEVERITY_INFO, "line");
    }
    took = absl::Now() - begin;
    std::thread([this] {
      absl::SleepFor(absl::Milliseconds(300));
      SetAway(false);
    }).detach();
    return EngineResult{.model = "m", .metrics = {}, .predictions = ""};
  };
  ASSERT_TRUE(Run(Assignment(), engine).ok());
  EXPECT_LT(took, absl::Milliseconds(200));
  MutexLock lock(&coordinator_.mu);
  int epochs = 0, lines = 0;
  size_t dropped = 0;
  for (const auto& report : coordinator_.reports) {
    epochs += report.epoch_logs_size();
    for (const auto& line : report.log_lines()) {
      lines += line.text() == "line";
      dropped += line.text().find(": dropped, for that of step ") != std::string::npos;
    }
  }
  EXPECT_EQ(epochs, 100);
  EXPECT_EQ(lines, 100);
  EXPECT_EQ(dropped, 100 - coordinator_.checkpoints.size());  // none goes without a word
  EXPECT_EQ(coordinator_.checkpoints.back().checkpoint().global_step(), 100);
  EXPECT_EQ(coordinator_.results.size(), 1u);
}

TEST_F(TrainerTest, SendsARefusedReportAgainAndGoesOnReporting) {
  {
    MutexLock lock(&coordinator_.mu);
    coordinator_.refusals = 3;
  }
  FakeEngine engine;
  engine.run = [](EngineTask&, EngineEvents& events) -> absl::StatusOr<EngineResult> {
    for (int epoch = 0; epoch < 4; ++epoch) {
      events.OnEpochEnd(Epoch(epoch, 1));
      absl::SleepFor(absl::Milliseconds(15));
    }
    return EngineResult{.model = "m", .metrics = {}, .predictions = ""};
  };
  ASSERT_TRUE(Run(Assignment(), engine).ok());
  MutexLock lock(&coordinator_.mu);
  std::vector<int> epochs;
  int64_t number = 0;
  int refusals_told = 0;
  for (const auto& report : coordinator_.reports) {
    EXPECT_EQ(report.report_number(), ++number);
    for (const auto& epoch : report.epoch_logs()) epochs.push_back(epoch.epoch());
    for (const auto& line : report.log_lines()) refusals_told += line.text() == "the log is full";
  }
  EXPECT_EQ(epochs, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(refusals_told, 1);
  EXPECT_EQ(coordinator_.results.size(), 1u);
}

TEST_F(TrainerTest, EndsWhenItWasReplaced) {
  FakeEngine engine;
  engine.run = [&](EngineTask&, EngineEvents& events) -> absl::StatusOr<EngineResult> {
    {
      MutexLock lock(&coordinator_.mu);
      coordinator_.generation = 2;
    }
    events.OnProgress(Step(0, 1));
    EXPECT_TRUE(replaced_.WaitForNotificationWithTimeout(absl::Seconds(20)));
    return absl::UnavailableError("rank 1 was lost");
  };
  EXPECT_TRUE(rpc::IsStaleGeneration(Run(Assignment(), engine)));
  MutexLock lock(&coordinator_.mu);
  EXPECT_TRUE(coordinator_.failures.empty());
}

TEST_F(TrainerTest, BadInputIsNotRetryableAndNamesItsSubject) {
  FakeEngine engine;
  engine.run = [](EngineTask&, EngineEvents&) -> absl::StatusOr<EngineResult> {
    return absl::InvalidArgumentError("dense/kernel: expected (2, 3), received (3, 2)");
  };
  EXPECT_TRUE(absl::IsInvalidArgument(Run(Assignment(), engine)));
  v1::Assignment bad_data = Assignment();
  bad_data.mutable_trainer()->mutable_data()->mutable_files(0)->set_blob(coordinator_.Put("junk"));
  EXPECT_FALSE(Run(bad_data, engine).ok());
  v1::Assignment no_model = Assignment();
  no_model.mutable_trainer()->set_model_blob("blobs/" + Sha256Hex("absent"));
  EXPECT_TRUE(absl::IsNotFound(Run(no_model, engine)));

  MutexLock lock(&coordinator_.mu);
  ASSERT_EQ(coordinator_.failures.size(), 3u);
  for (const auto& request : coordinator_.failures) {
    EXPECT_FALSE(request.failure().retryable()) << request.failure().message();
  }
  EXPECT_EQ(coordinator_.failures[0].failure().message(),
            "dense/kernel: expected (2, 3), received (3, 2)");
  EXPECT_NE(coordinator_.failures[1].failure().message().find("x.npy"), std::string::npos);
}

TEST_F(TrainerTest, WordsThatAreNoUtf8ReachTheCoordinator) {
  FakeEngine engine;
  engine.run = [](EngineTask&, EngineEvents& events) -> absl::StatusOr<EngineResult> {
    events.OnLog(v1::LogLine::SEVERITY_INFO, "a line of caf\xe9");
    return absl::InvalidArgumentError("x.csv: expected a number, received 'caf\xe9'");
  };
  EXPECT_TRUE(absl::IsInvalidArgument(Run(Assignment(), engine)));
  MutexLock lock(&coordinator_.mu);
  ASSERT_EQ(coordinator_.failures.size(), 1u);
  EXPECT_EQ(coordinator_.failures[0].failure().message(),
            "x.csv: expected a number, received 'caf\ufffd'");
  ASSERT_EQ(coordinator_.reports.size(), 1u);
  ASSERT_EQ(coordinator_.reports[0].log_lines_size(), 1);
  EXPECT_EQ(coordinator_.reports[0].log_lines(0).text(), "a line of caf\ufffd");
}

TEST_F(TrainerTest, RanksMeetAndOneRanksErrorIsEveryRanks) {
  FakeEngine good;
  good.run = [](EngineTask& task, EngineEvents&) -> absl::StatusOr<EngineResult> {
    std::vector<float> part = {static_cast<float>(task.task.rank() + 1)};
    std::vector<float> sum(1);
    const auto* bytes = reinterpret_cast<const std::byte*>(part.data());
    EXPECT_TRUE(
        task.communicator
            .AllReduce({&bytes, 1}, reinterpret_cast<std::byte*>(sum.data()), 1, DType::kF32)
            .ok());
    EXPECT_EQ(sum[0], 3);
    if (task.task.rank() == 1) return absl::InvalidArgumentError("labels: out of range");
    const absl::Status lost = task.communicator.Barrier();
    return lost;
  };
  absl::Status status[2];
  std::thread other([&] { status[1] = Run(Assignment(1, 2), good); });
  status[0] = Run(Assignment(0, 2), good);
  other.join();
  EXPECT_EQ(status[0].code(), absl::StatusCode::kInvalidArgument) << status[0];
  EXPECT_EQ(status[1].code(), absl::StatusCode::kInvalidArgument) << status[1];
}

}  // namespace
}  // namespace tricorn::worker
