#include "client/lib/client.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/time/clock.h"
#include "client/lib/job_handle.h"
#include "core/base/env.h"
#include "tricorn/v1/blob.grpc.pb.h"
#include "tricorn/v1/cluster.grpc.pb.h"
#include "tricorn/v1/job.grpc.pb.h"
#include "tricorn/v1/predict.grpc.pb.h"

namespace tricorn::client {
namespace {

const grpc::Status kAway(grpc::StatusCode::UNAVAILABLE, "away");

class FakeCluster : public v1::ClusterService::Service {
  grpc::Status GetServerInfo(grpc::ServerContext*, const v1::GetServerInfoRequest*,
                             v1::ServerInfo* info) override {
    info->set_version("1.2.3");
    return grpc::Status::OK;
  }
  // A page of one worker for each token.
  grpc::Status ListWorkers(grpc::ServerContext*, const v1::ListWorkersRequest* request,
                           v1::ListWorkersResponse* response) override {
    const int page = request->page_token().empty() ? 0 : std::stoi(request->page_token());
    response->add_workers()->set_name("workers/" + std::to_string(page));
    if (page < 2) response->set_next_page_token(std::to_string(page + 1));
    return grpc::Status::OK;
  }
};

class FakeJobs : public v1::JobService::Service {
 public:
  grpc::Status CreateJob(grpc::ServerContext*, const v1::CreateJobRequest* request,
                         v1::Job* job) override {
    MutexLock lock(&mu);
    requests.push_back(*request);
    if (away-- > 0) return kAway;
    job->set_name("jobs/a");
    return grpc::Status::OK;
  }
  grpc::Status GetJob(grpc::ServerContext* context, const v1::GetJobRequest* request,
                      v1::Job* job) override {
    if (request->name() == "jobs/slow") {
      while (!context->IsCancelled()) absl::SleepFor(absl::Milliseconds(5));
      return grpc::Status::CANCELLED;
    }
    if (request->name() != "jobs/a") {
      return grpc::Status(grpc::StatusCode::NOT_FOUND, request->name() + ": no such job");
    }
    MutexLock lock(&mu);
    job->set_name("jobs/a");
    job->set_state(final_state);
    job->mutable_failure()->set_code(3);
    job->mutable_failure()->set_message("labels: expected [0, 10), received 12");
    return grpc::Status::OK;
  }
  // Three kept events, one to a stream.
  grpc::Status WatchJob(grpc::ServerContext*, const v1::WatchJobRequest* request,
                        grpc::ServerWriter<v1::JobEvent>* writer) override {
    {
      MutexLock lock(&mu);
      cursors.push_back(request->cursor());
    }
    if (request->until_now()) {
      v1::JobEvent event;
      event.mutable_log_line()->set_text("so far");
      writer->Write(event);
      return grpc::Status::OK;
    }
    if (request->name() == "jobs/quiet") {  // nothing happens; then the coordinator is away
      if (Watches() == 1) absl::SleepFor(absl::Seconds(7));
      return Watches() < 3 ? kAway : grpc::Status::OK;
    }
    const int seen = request->cursor().empty() ? 0 : std::stoi(request->cursor());
    v1::JobEvent event;
    event.set_cursor(std::to_string(seen + 1));
    event.mutable_epoch_logs()->set_epoch(seen);
    (*event.mutable_epoch_logs()->mutable_logs())["loss"] = 0.5;
    writer->Write(event);
    return seen + 1 == 3 ? grpc::Status::OK : kAway;
  }

  size_t Watches() {
    MutexLock lock(&mu);
    return cursors.size();
  }

  Mutex mu;
  int away ABSL_GUARDED_BY(mu) = 0;
  v1::JobState final_state ABSL_GUARDED_BY(mu) = v1::JOB_STATE_SUCCEEDED;
  std::vector<v1::CreateJobRequest> requests ABSL_GUARDED_BY(mu);
  std::vector<std::string> cursors ABSL_GUARDED_BY(mu);
};

// Takes what comes and says nothing, until the caller has had enough.
class StuckBlobs : public v1::BlobService::Service {
 public:
  grpc::Status CreateUpload(grpc::ServerContext*, const v1::CreateUploadRequest* request,
                            v1::Upload* upload) override {
    upload->set_name("uploads/" + request->sha256());
    return grpc::Status::OK;
  }
  grpc::Status WriteUpload(grpc::ServerContext* context,
                           grpc::ServerReader<v1::WriteUploadRequest>*, v1::Upload*) override {
    writing = true;
    while (!context->IsCancelled()) absl::SleepFor(absl::Milliseconds(5));
    return grpc::Status::CANCELLED;
  }
  std::atomic<bool> writing = false;
};

// Gives its inputs back.
class FakePredict : public v1::PredictService::Service {
  grpc::Status Predict(grpc::ServerContext*, const v1::PredictRequest* request,
                       v1::PredictResponse* response) override {
    *response->mutable_outputs() = request->inputs();
    response->set_model_version(request->target());
    return grpc::Status::OK;
  }
};

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&cluster_);
    builder.RegisterService(&jobs_);
    builder.RegisterService(&predict_);
    builder.RegisterService(&blobs_);
    server_ = builder.BuildAndStart();
    const auto client = Client::Connect(
        {.address = "127.0.0.1:" + std::to_string(port), .patience = absl::Seconds(5)});
    EXPECT_TRUE(client.ok()) << client.status();
    client_ = std::make_unique<Client>(*client);
  }
  ~ClientTest() override { server_->Shutdown(absl::ToChronoTime(absl::Now())); }

  FitRequest Fit() const {
    FitRequest request;
    request.model = ModelSource::Stored("m");
    request.data = DataSource::Stored("d");
    request.job.workers = 2;
    return request;
  }

  FakeCluster cluster_;
  FakeJobs jobs_;
  FakePredict predict_;
  StuckBlobs blobs_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Client> client_;
};

TEST(ClientConnect, SaysWhoDidNotAnswerWithinTheTimeout) {
  const absl::Time before = absl::Now();
  const absl::Status status =
      Client::Connect({.address = "127.0.0.1:1", .timeout = absl::Milliseconds(500)}).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_NE(status.message().find("coordinator 127.0.0.1:1: expected an answer within 500ms"),
            status.message().npos)
      << status;
  EXPECT_LT(absl::Now() - before, absl::Seconds(5));
}

TEST_F(ClientTest, ReadsListsPageByPage) {
  const auto workers = client_->ListWorkers();
  ASSERT_TRUE(workers.ok()) << workers.status();
  ASSERT_EQ(workers->size(), 3u);
  EXPECT_EQ((*workers)[2].name, "workers/2");
}

TEST_F(ClientTest, RepeatsAMutationWithItsRequestId) {
  {
    MutexLock lock(&jobs_.mu);
    jobs_.away = 2;
  }
  const auto job = client_->Fit(Fit());
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->name(), "jobs/a");
  MutexLock lock(&jobs_.mu);
  ASSERT_EQ(jobs_.requests.size(), 3u);
  EXPECT_FALSE(jobs_.requests[0].request_id().empty());
  EXPECT_EQ(jobs_.requests[0].request_id(), jobs_.requests[2].request_id());
  const v1::JobSpec& spec = jobs_.requests[0].spec();
  EXPECT_EQ(spec.model().version(), "models/m/versions/latest");
  EXPECT_EQ(spec.fit().data().name(), "datasets/d");
  EXPECT_EQ(spec.resources().min_workers(), 2);
  EXPECT_TRUE(spec.fit().shuffle());
}

TEST_F(ClientTest, GivesUpRepeatingAtTheTimeout) {
  {
    MutexLock lock(&jobs_.mu);
    jobs_.away = 1'000'000;
  }
  const absl::Time before = absl::Now();
  CallOptions call;
  call.timeout = absl::Milliseconds(700);
  call.request_id = "mine";
  EXPECT_TRUE(absl::IsUnavailable(client_->Fit(Fit(), call).status()));
  EXPECT_LT(absl::Now() - before, absl::Seconds(5));
  MutexLock lock(&jobs_.mu);
  EXPECT_GE(jobs_.requests.size(), 2u);
  EXPECT_EQ(jobs_.requests.back().request_id(), "mine");
}

TEST_F(ClientTest, DoesNotRepeatWhatFailsForGood) {
  const absl::Status status = client_->GetJob("b").status();
  EXPECT_EQ(status, absl::NotFoundError("jobs/b: no such job"));
}

TEST_F(ClientTest, EndsACallAtItsTimeout) {
  CallOptions call;
  call.timeout = absl::Milliseconds(200);
  EXPECT_TRUE(absl::IsDeadlineExceeded(client_->GetJob("slow", call).status()));
}

TEST_F(ClientTest, CancelsACallThatIsUnderWay) {
  CallOptions call;
  call.cancellation = std::make_shared<Cancellation>();
  auto job = client_->GetJobAsync("slow", call);
  EXPECT_EQ(job.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  call.cancellation->Cancel();
  EXPECT_TRUE(absl::IsCancelled(job.get().status()));
  EXPECT_TRUE(absl::IsCancelled(client_->GetJob("slow", call).status())) << "and later ones";
}

TEST_F(ClientTest, WatchesOverBrokenStreamsWithoutLossOrRepetition) {
  std::vector<int> epochs;
  const absl::Status status = client_->WatchJob("a", "", [&](const JobEvent& event) {
    epochs.push_back(std::get<EpochLogs>(event.event).epoch);
    return true;
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(epochs, (std::vector<int>{0, 1, 2}));
  MutexLock lock(&jobs_.mu);
  EXPECT_EQ(jobs_.cursors, (std::vector<std::string>{"", "1", "2"}));
}

TEST_F(ClientTest, ReadsWhatHasHappenedAndDoesNotWaitForMore) {
  std::vector<std::string> lines;
  const absl::Status status = client_->ReadJobEvents("quiet", [&](const JobEvent& event) {
    lines.push_back(std::get<LogLine>(event.event).text);
    return true;
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(lines, (std::vector<std::string>{"so far"}));
}

TEST_F(ClientTest, AQuietWatchIsNotAnAbsentCoordinator) {
  const absl::Status status = client_->WatchJob("quiet", "", [](const JobEvent&) { return true; });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(jobs_.Watches(), 3u);
}

TEST_F(ClientTest, CancelsAnUploadThatIsUnderWay) {
  const std::string path = JoinPath(testing::TempDir(), "client_test_upload.csv");
  ASSERT_TRUE(Env::Posix().WriteFileAtomically(path, "x,y\n1,2\n").ok());
  CallOptions call;
  call.cancellation = std::make_shared<Cancellation>();
  std::thread canceller([&] {
    while (!blobs_.writing) absl::SleepFor(absl::Milliseconds(5));
    call.cancellation->Cancel();
  });
  const DatasetSpec spec = {.format = "csv", .files = {{.path = path, .role = ""}}};
  const absl::Time begin = absl::Now();
  EXPECT_TRUE(absl::IsCancelled(client_->UploadDataset("d", spec, call).status()));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(4));
  canceller.join();
}

TEST_F(ClientTest, RefusesAFileWhoseNameCannotBeSent) {
  const std::string path = JoinPath(testing::TempDir(), "caf\xe9.csv");
  ASSERT_TRUE(Env::Posix().WriteFileAtomically(path, "x,y\n1,2\n").ok());
  const DatasetSpec spec = {.format = "csv", .files = {{.path = path, .role = ""}}};
  const absl::Status status = client_->UploadDataset("d", spec).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_NE(status.message().find("caf\ufffd.csv: expected a name in UTF-8"), status.message().npos)
      << status;
}

TEST(Outcome, OfAFailedJobIsNeverOk) {
  Job job;
  job.state = JobState::kFailed;
  job.failure.emplace().code = absl::StatusCode::kOk;
  EXPECT_FALSE(Outcome(job).ok());
}

TEST_F(ClientTest, SaysOnceThatTheCoordinatorIsAway) {
  int events = 0;
  CallOptions call;
  std::vector<int> away_after;
  call.on_away = [&](const absl::Status& status) {
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    away_after.push_back(events);
  };
  EXPECT_TRUE(client_
                  ->WatchJob(
                      "a", "", [&](const JobEvent&) { return ++events > 0; }, call)
                  .ok());
  EXPECT_EQ(away_after, (std::vector<int>{1, 2}));
}

TEST_F(ClientTest, RefusesWhatCannotBeSent) {
  const absl::Status status = client_->GetJob("caf\xe9").status();
  EXPECT_EQ(status,
            absl::InvalidArgumentError("name: expected text in UTF-8, received 'jobs/caf\ufffd'"));
  EXPECT_EQ(client_->WatchJob("caf\xe9", "", [](const JobEvent&) { return true; }), status);
}

TEST_F(ClientTest, StopsWatchingWhenToldTo) {
  int events = 0;
  EXPECT_TRUE(client_->WatchJob("a", "1", [&](const JobEvent&) { return ++events < 1; }).ok());
  EXPECT_EQ(events, 1);
}

TEST_F(ClientTest, WaitGivesTheJobOrWhatItFailedWith) {
  EXPECT_TRUE(client_->FindJob("a").Wait().ok());
  {
    MutexLock lock(&jobs_.mu);
    jobs_.final_state = v1::JOB_STATE_FAILED;
  }
  EXPECT_EQ(client_->FindJob("a").Wait().status(),
            absl::InvalidArgumentError("jobs/a: labels: expected [0, 10), received 12"));
  {
    MutexLock lock(&jobs_.mu);
    jobs_.final_state = v1::JOB_STATE_CANCELLED;
  }
  EXPECT_TRUE(absl::IsCancelled(client_->FindJob("a").Wait().status()));
}

TEST_F(ClientTest, PredictsWithTensorsOfTheirOwnType) {
  const Tensor x = Tensor::From<uint8_t>(Shape{2, 2}, std::vector<uint8_t>{1, 2, 3, 4});
  const auto prediction = client_->Predict("m", {{.name = "x", .tensor = x}});
  ASSERT_TRUE(prediction.ok()) << prediction.status();
  EXPECT_EQ(prediction->model_version, "models/m");
  ASSERT_EQ(prediction->outputs.size(), 1u);
  EXPECT_TRUE(BitwiseEqual(prediction->outputs[0].tensor, x));
}

TEST_F(ClientTest, RefusesFilesThatAreNotThere) {
  FitRequest request = Fit();
  request.model = ModelSource::File("/nowhere/model.keras");
  EXPECT_TRUE(absl::IsNotFound(client_->Fit(request).status()));
  request = Fit();
  request.data = DataSource::Files({.format = "npy", .files = {{"/nowhere/x.npy", "x"}}});
  EXPECT_TRUE(absl::IsNotFound(client_->Fit(request).status()));
}

}  // namespace
}  // namespace tricorn::client
