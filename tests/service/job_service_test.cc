#include <thread>

#include "core/base/notification.h"
#include "gmock/gmock.h"
#include "server/state/reason.h"
#include "tests/service/service_fixture.h"

namespace tricorn::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using tricorn::v1::JobService;
using tricorn::v1::RendezvousService;
using tricorn::v1::TrainerService;

class JobServiceTest : public ServiceTest {
 protected:
  absl::Status Progress(const std::string& job, int64_t generation, int number, int64_t step,
                        const std::string& line = "") {
    tricorn::v1::ReportProgressRequest request;
    *request.mutable_trainer() = Trainer(job, generation, 0);
    request.set_report_number(number);
    request.mutable_progress()->set_global_step(step);
    if (!line.empty()) request.add_log_lines()->set_text(line);
    tricorn::v1::ReportProgressResponse response;
    return Call(&TrainerService::Stub::ReportProgress, request, &response);
  }

  absl::Status Commit(const std::string& job, int64_t generation, int64_t step) {
    tricorn::v1::CommitCheckpointRequest request;
    *request.mutable_trainer() = Trainer(job, generation, 0);
    request.mutable_checkpoint()->set_global_step(step);
    request.mutable_checkpoint()->set_epoch(1);
    auto& file = *request.mutable_checkpoint()->add_files();
    file.set_path("weights");
    file.set_blob(Upload("weights of step " + std::to_string(step)));
    auto& epoch = *request.add_history();
    (*epoch.mutable_logs())["loss"] = 0.5;
    tricorn::v1::CommitCheckpointResponse response;
    return Call(&TrainerService::Stub::CommitCheckpoint, request, &response);
  }

  absl::StatusOr<tricorn::v1::JobResult> Result(const std::string& job, int64_t generation) {
    tricorn::v1::ReportResultRequest request;
    *request.mutable_trainer() = Trainer(job, generation, 0);
    request.set_model_blob(Upload("a trained model"));
    tricorn::v1::ReportResultResponse response;
    RETURN_IF_ERROR(Call(&TrainerService::Stub::ReportResult, request, &response));
    return response.result();
  }

  // All events to the end of the stream.
  std::vector<tricorn::v1::JobEvent> Watch(const std::string& job, const std::string& cursor = "",
                                           bool until_now = false) {
    JobService::Stub stub(channel_);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    tricorn::v1::WatchJobRequest request;
    request.set_name(job);
    request.set_cursor(cursor);
    request.set_until_now(until_now);
    auto reader = stub.WatchJob(&context, request);
    std::vector<tricorn::v1::JobEvent> events;
    tricorn::v1::JobEvent event;
    while (reader->Read(&event)) events.push_back(event);
    const grpc::Status status = reader->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return events;
  }
};

TEST_F(JobServiceTest, AJobGoesFromSubmitToResult) {
  EXPECT_EQ(CreateFit("j").state(), tricorn::v1::JOB_STATE_PENDING);
  EXPECT_THAT(GetJob("jobs/j")->pending_reason(), HasSubstr("no worker is registered"));
  Register("w");
  EXPECT_EQ(GetJob("jobs/j")->state(), tricorn::v1::JOB_STATE_STARTING);
  ASSERT_TRUE(Progress("jobs/j", 1, 1, 3, "hello").ok());
  EXPECT_EQ(GetJob("jobs/j")->state(), tricorn::v1::JOB_STATE_RUNNING);
  ASSERT_TRUE(Progress("jobs/j", 1, 2, 7).ok());
  EXPECT_EQ(GetJob("jobs/j")->progress().global_step(), 7);
  ASSERT_TRUE(Commit("jobs/j", 1, 10).ok());
  EXPECT_EQ(GetJob("jobs/j")->checkpoint().global_step(), 10);
  const auto result = Result("jobs/j", 1);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->model_version(), "models/j/versions/1");
  EXPECT_EQ(result->metrics().at("loss"), 0.5);
  EXPECT_EQ(Result("jobs/j", 1)->model_version(), "models/j/versions/1");  // repeated
  EXPECT_EQ(GetJob("jobs/j")->state(), tricorn::v1::JOB_STATE_SUCCEEDED);
}

TEST_F(JobServiceTest, WatchGoesOnFromAnyCursorOverARestart) {
  CreateFit("j");
  Register("w");
  ASSERT_TRUE(Progress("jobs/j", 1, 1, 3, "hello").ok());
  ASSERT_TRUE(Commit("jobs/j", 1, 10).ok());
  ASSERT_TRUE(Result("jobs/j", 1).ok());
  const auto all = Watch("jobs/j");
  ASSERT_GE(all.size(), 6u);
  EXPECT_EQ(all.front().job().state(), tricorn::v1::JOB_STATE_PENDING);
  EXPECT_EQ(all.back().job().state(), tricorn::v1::JOB_STATE_SUCCEEDED);
  Restart();
  for (size_t i = 0; i < all.size(); ++i) {
    const auto rest = Watch("jobs/j", all[i].cursor());
    ASSERT_EQ(rest.size(), all.size() - 1 - i);
    for (size_t k = 0; k < rest.size(); ++k) EXPECT_EQ(rest[k].cursor(), all[i + 1 + k].cursor());
  }
}

TEST_F(JobServiceTest, WatchStreamsWhatHappensMeanwhile) {
  CreateFit("j");
  Register("w");
  std::vector<tricorn::v1::JobEvent> events;
  std::thread watcher([&] { events = Watch("jobs/j"); });
  ASSERT_TRUE(Progress("jobs/j", 1, 1, 1).ok());
  for (int step = 2; step < 50; ++step) {
    ASSERT_TRUE(Progress("jobs/j", 1, step, step, "line " + std::to_string(step)).ok());
  }
  ASSERT_TRUE(Result("jobs/j", 1).ok());
  watcher.join();
  std::vector<std::string> lines;
  for (const auto& event : events) {
    if (event.has_log_line()) lines.push_back(event.log_line().text());
  }
  ASSERT_EQ(lines.size(), 48u);
  for (int step = 2; step < 50; ++step) {
    EXPECT_EQ(lines[static_cast<size_t>(step - 2)], "line " + std::to_string(step));
  }
}

TEST_F(JobServiceTest, AWatchUntilNowEndsThoughTheJobGoesOn) {
  CreateFit("j");
  Register("w");
  ASSERT_TRUE(Progress("jobs/j", 1, 1, 3, "hello").ok());
  const auto events = Watch("jobs/j", "", /*until_now=*/true);
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back().job().state(), tricorn::v1::JOB_STATE_RUNNING);
  EXPECT_TRUE(Watch("jobs/j", events.back().cursor(), /*until_now=*/true).empty());
}

// A log on a disk that is slow to read.
class SlowToRead : public EventLog {
 public:
  explicit SlowToRead(EventLog& log) : log_(log) {}
  absl::Status Append(const LogBatch& batch) override { return log_.Append(batch); }
  absl::StatusOr<LogContents> Read() override { return log_.Read(); }
  absl::Status Compact(const std::string& snapshot) override { return log_.Compact(snapshot); }
  absl::StatusOr<std::vector<FeedRow>> ReadFeed(const std::string& job_id, int64_t sequence,
                                                int limit) override {
    asked.Notify();
    readable.WaitForNotification();
    return log_.ReadFeed(job_id, sequence, limit);
  }
  Notification asked;
  Notification readable;

 private:
  EventLog& log_;
};

class SlowFeedTest : public JobServiceTest {
 protected:
  EventLog& Log() override {
    slow_ = std::make_unique<SlowToRead>(*log_);
    return *slow_;
  }
  std::unique_ptr<SlowToRead> slow_;
};

TEST_F(SlowFeedTest, NobodyElseWaitsForWhatAWatchReads) {
  CreateFit("j");
  std::vector<tricorn::v1::JobEvent> events;
  std::thread watcher([&] { events = Watch("jobs/j", "", /*until_now=*/true); });
  slow_->asked.WaitForNotification();
  const absl::Time begin = absl::Now();
  EXPECT_TRUE(GetJob("jobs/j").ok());
  CreateFit("k");
  EXPECT_LT(absl::Now() - begin, absl::Seconds(10));
  slow_->readable.Notify();
  watcher.join();
  EXPECT_FALSE(events.empty());
}

TEST_F(JobServiceTest, ALongLineIsCutBetweenCharactersAndOutlivesARestart) {
  CreateFit("j");
  Register("a");
  const std::string text = std::string(4092, 'x') + "\u00e4" + std::string(100, 'y');
  ASSERT_TRUE(Progress("jobs/j", 1, 1, 0, text).ok());
  Restart();
  tricorn::v1::CancelJobRequest cancel;
  cancel.set_name("jobs/j");
  tricorn::v1::Job job;
  ASSERT_TRUE(Call(&JobService::Stub::CancelJob, cancel, &job).ok());
  std::vector<std::string> lines;
  for (const auto& event : Watch("jobs/j")) {
    if (event.has_log_line()) lines.push_back(event.log_line().text());
  }
  EXPECT_THAT(lines, ElementsAre(std::string(4092, 'x') + "..."));
}

TEST_F(JobServiceTest, WatchOfAnUnknownJobOrForeignCursorFails) {
  CreateFit("j");
  JobService::Stub stub(channel_);
  for (const auto& [name, cursor, code] :
       {std::tuple("jobs/none", "", grpc::StatusCode::NOT_FOUND),
        std::tuple("jobs/j", "other/3", grpc::StatusCode::INVALID_ARGUMENT),
        std::tuple("jobs/j", "j/300", grpc::StatusCode::INVALID_ARGUMENT),
        std::tuple("nonsense", "", grpc::StatusCode::INVALID_ARGUMENT)}) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
    tricorn::v1::WatchJobRequest request;
    request.set_name(name);
    request.set_cursor(cursor);
    auto reader = stub.WatchJob(&context, request);
    tricorn::v1::JobEvent event;
    EXPECT_FALSE(reader->Read(&event));
    EXPECT_EQ(reader->Finish().error_code(), code) << name << cursor;
  }
}

TEST_F(JobServiceTest, ARepeatedRequestIsOneJob) {
  tricorn::v1::CreateJobRequest request = FitRequest("");
  request.set_request_id("r");
  tricorn::v1::Job first, second;
  ASSERT_TRUE(Call(&JobService::Stub::CreateJob, request, &first).ok());
  Restart();
  ASSERT_TRUE(Call(&JobService::Stub::CreateJob, request, &second).ok());
  EXPECT_EQ(first.name(), second.name());
  request.mutable_spec()->mutable_fit()->set_epochs(7);
  const absl::Status status = Call(&JobService::Stub::CreateJob, request, &second);
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(status), kRequestIdReused);
  EXPECT_THAT(status.message(), HasSubstr(first.name()));
}

TEST_F(JobServiceTest, CancelIsAtOnceAndFencesTheTrainers) {
  CreateFit("j");
  Register("w");
  ASSERT_TRUE(Progress("jobs/j", 1, 1, 1).ok());
  tricorn::v1::CancelJobRequest request;
  request.set_name("jobs/j");
  tricorn::v1::Job job;
  ASSERT_TRUE(Call(&JobService::Stub::CancelJob, request, &job).ok());
  EXPECT_EQ(job.state(), tricorn::v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(ReasonOf(Progress("jobs/j", 1, 2, 2)), kStaleGeneration);
  EXPECT_EQ(Result("jobs/j", 1).status().code(), absl::StatusCode::kAborted);
  EXPECT_TRUE(Call(&JobService::Stub::CancelJob, request, &job).ok());  // again
}

TEST_F(JobServiceTest, ALostWorkerCostsAGenerationNotTheCheckpoint) {
  lease_duration_ = absl::Milliseconds(800);
  Restart();
  CreateFit("j");
  Register("w");
  ASSERT_TRUE(Commit("jobs/j", 1, 10).ok());
  // No heartbeat: the lease runs out.
  while (GetJob("jobs/j")->state() != tricorn::v1::JOB_STATE_PENDING) {
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_EQ(ReasonOf(Heartbeat("w")), kUnknownWorker);
  Register("w", "two");
  const tricorn::v1::Job job = *GetJob("jobs/j");
  EXPECT_EQ(job.generation(), 2);
  EXPECT_EQ(job.checkpoint().global_step(), 10);
  EXPECT_EQ(job.failures(), 0);
  EXPECT_EQ(ReasonOf(Commit("jobs/j", 1, 20)), kStaleGeneration);
}

TEST_F(JobServiceTest, RendezvousWaitsForTheLastKey) {
  CreateFit("j", 2);
  Register("a");
  Register("b");
  tricorn::v1::GetKeysRequest get;
  *get.mutable_trainer() = Trainer("jobs/j", 1, 0);
  get.add_keys("0");
  get.add_keys("1");
  tricorn::v1::GetKeysResponse values;
  absl::Status status = Call(&RendezvousService::Stub::GetKeys, get, &values);
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(status.message(), HasSubstr("still missing: 0, 1"));

  get.mutable_timeout()->set_seconds(10);
  std::thread waiter([&] { status = Call(&RendezvousService::Stub::GetKeys, get, &values); });
  for (int rank = 0; rank < 2; ++rank) {
    tricorn::v1::SetKeyRequest set;
    *set.mutable_trainer() = Trainer("jobs/j", 1, rank);
    set.set_key(std::to_string(rank));
    set.set_value("address of " + std::to_string(rank));
    tricorn::v1::SetKeyResponse response;
    EXPECT_TRUE(Call(&RendezvousService::Stub::SetKey, set, &response).ok());
  }
  waiter.join();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(values.values(), ElementsAre("address of 0", "address of 1"));
}

TEST_F(JobServiceTest, RendezvousEndsWithTheGeneration) {
  CreateFit("j");
  Register("w");
  tricorn::v1::GetKeysRequest get;
  *get.mutable_trainer() = Trainer("jobs/j", 1, 0);
  get.add_keys("never");
  get.mutable_timeout()->set_seconds(15);
  absl::Status status;
  tricorn::v1::GetKeysResponse values;
  std::thread waiter([&] { status = Call(&RendezvousService::Stub::GetKeys, get, &values); });
  absl::SleepFor(absl::Milliseconds(50));
  tricorn::v1::CancelJobRequest cancel;
  cancel.set_name("jobs/j");
  tricorn::v1::Job job;
  ASSERT_TRUE(Call(&JobService::Stub::CancelJob, cancel, &job).ok());
  waiter.join();
  EXPECT_EQ(ReasonOf(status), kStaleGeneration);
}

TEST_F(JobServiceTest, BadInputIsNamed) {
  using Spoil = std::function<void(tricorn::v1::CreateJobRequest*)>;
  const std::vector<std::pair<Spoil, std::string>> table = {
      {[](auto* r) { r->set_job_id("No Good"); }, "job_id: expected [a-z0-9]"},
      {[](auto* r) { r->mutable_spec()->clear_model(); }, "model: expected a version or a blob"},
      {[](auto* r) { r->mutable_spec()->clear_fit(); }, "work: expected fit, evaluate or predict"},
      {[](auto* r) { r->mutable_spec()->mutable_fit()->set_epochs(0); }, "fit.epochs: expected 1"},
      {[](auto* r) { r->mutable_spec()->mutable_fit()->set_batch_size(-4); }, "received -4"},
      {[](auto* r) { r->mutable_spec()->mutable_fit()->set_validation_split(1.5); }, "[0, 1)"},
      {[](auto* r) { r->mutable_spec()->mutable_fit()->clear_data(); }, "data: expected the name"},
      {[](auto* r) { r->mutable_spec()->set_compile_config_json("{\"a\":"); },
       "compile_config_json: "},
      {[](auto* r) { r->mutable_spec()->set_compile_config_json(std::string(200'000, '[')); },
       "compile_config_json: "},
      {[](auto* r) { r->mutable_spec()->mutable_resources()->set_min_workers(64); },
       "batch_size: expected at least one sample for each of 64 virtual shards, received 32"},
      {[](auto* r) { r->mutable_spec()->mutable_model()->set_blob("blobs/12"); },
       "model.blob: blob: expected blobs/{sha256}"},
      {[](auto* r) {
         r->mutable_spec()->mutable_model()->set_blob("blobs/" + Sha256Hex("not there"));
       },
       "which is not stored"},
      {[](auto* r) { r->mutable_spec()->mutable_model()->set_version("models/none/versions/1"); },
       "models/none: no such model"},
      {[](auto* r) { r->mutable_spec()->mutable_fit()->mutable_data()->set_name("datasets/none"); },
       "data: no such dataset: datasets/none"},
  };
  for (const auto& [spoil, message] : table) {
    tricorn::v1::CreateJobRequest request = FitRequest("j");
    spoil(&request);
    tricorn::v1::Job job;
    const absl::Status status = Call(&JobService::Stub::CreateJob, request, &job);
    EXPECT_TRUE(status.code() == absl::StatusCode::kInvalidArgument ||
                status.code() == absl::StatusCode::kNotFound)
        << status;
    EXPECT_THAT(status.message(), HasSubstr(message));
  }
  EXPECT_EQ(GetJob("jobs/j").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(JobServiceTest, ListsNewestFirstInPages) {
  for (const char* id : {"a", "b", "c"}) CreateFit(id);
  tricorn::v1::ListJobsRequest request;
  request.set_page_size(2);
  tricorn::v1::ListJobsResponse page;
  ASSERT_TRUE(Call(&JobService::Stub::ListJobs, request, &page).ok());
  ASSERT_EQ(page.jobs_size(), 2);
  EXPECT_EQ(page.jobs(0).name(), "jobs/c");
  request.set_page_token(page.next_page_token());
  ASSERT_TRUE(Call(&JobService::Stub::ListJobs, request, &page).ok());
  ASSERT_EQ(page.jobs_size(), 1);
  EXPECT_EQ(page.jobs(0).name(), "jobs/a");
  EXPECT_EQ(page.next_page_token(), "");
  request.set_page_token("nonsense");
  EXPECT_EQ(Call(&JobService::Stub::ListJobs, request, &page).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(JobServiceTest, PagesOfLargeJobsAreShort) {
  for (const char* id : {"a", "b", "c"}) {
    tricorn::v1::CreateJobRequest create = FitRequest(id);
    (*create.mutable_labels())["notes"] = std::string(2 << 20, 'x');
    grpc::ClientContext context;
    JobService::Stub stub(channel_);
    tricorn::v1::Job job;
    ASSERT_TRUE(stub.CreateJob(&context, create, &job).ok());
  }
  tricorn::v1::ListJobsRequest request;
  std::vector<std::string> names;
  do {
    tricorn::v1::ListJobsResponse page;  // gRPC's clients take 4 MB, if they are not told otherwise
    const absl::Status status = Call(&JobService::Stub::ListJobs, request, &page);
    ASSERT_TRUE(status.ok()) << status;
    for (const auto& job : page.jobs()) names.push_back(job.name());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names, ElementsAre("jobs/c", "jobs/b", "jobs/a"));
}

TEST_F(JobServiceTest, PagesOfLargeDatasetsAreShort) {
  for (const char* id : {"a", "b", "c"}) {
    tricorn::v1::CreateDatasetRequest create;
    create.set_dataset_id(id);
    *create.mutable_dataset() = FitRequest("j").spec().fit().data().dataset();
    create.mutable_dataset()->set_options_json(std::string(2 << 20, ' '));
    tricorn::v1::Dataset dataset;
    ASSERT_TRUE(Call(&tricorn::v1::DatasetService::Stub::CreateDataset, create, &dataset).ok());
  }
  tricorn::v1::ListDatasetsRequest request;
  std::vector<std::string> names;
  do {
    tricorn::v1::ListDatasetsResponse page;
    const absl::Status status =
        Call(&tricorn::v1::DatasetService::Stub::ListDatasets, request, &page);
    ASSERT_TRUE(status.ok()) << status;
    for (const auto& dataset : page.datasets()) names.push_back(dataset.name());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names, ElementsAre("datasets/a", "datasets/b", "datasets/c"));
}

}  // namespace
}  // namespace tricorn::server
