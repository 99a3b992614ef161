#pragma once

#include <stdlib.h>

#include <memory>
#include <string>
#include <utility>

#include "core/base/env.h"
#include "core/base/status.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "proto/rpc/status.h"
#include "server/log/sqlite_log.h"
#include "server/rpc/server.h"
#include "tricorn/v1/blob.grpc.pb.h"
#include "tricorn/v1/cluster.grpc.pb.h"
#include "tricorn/v1/dataset.grpc.pb.h"
#include "tricorn/v1/job.grpc.pb.h"
#include "tricorn/v1/model.grpc.pb.h"
#include "tricorn/v1/predict.grpc.pb.h"
#include "tricorn/v1/trainer.grpc.pb.h"
#include "tricorn/v1/worker.grpc.pb.h"

namespace tricorn::server {

// For tests: the whole service in this process, on a free port, with a real log in a directory that
// outlives Restart.
class ServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/tricorn_rpc_XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    directory_ = name;
    Start();
  }
  void TearDown() override {
    Stop();
    EXPECT_TRUE(Env::Posix().RemoveRecursively(directory_).ok());
  }

  void Start() {
    log_ = *SqliteLog::Open(JoinPath(directory_, "log.sqlite"));
    store_ = *BlobStore::Open(directory_);
    CoordinatorOptions options;
    options.machine.lease_duration = lease_duration_;
    facts_.version = "1.2.3";
    facts_.machine = options.machine;
    coordinator_ = *Coordinator::Start(Log(), options, Logger("test", [](std::string_view) {}));
    auto server = RpcServer::Start({}, facts_, *coordinator_, *store_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    channel_ = grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
  }
  // What the coordinator takes for its log.
  virtual EventLog& Log() { return *log_; }
  void Stop() {
    if (server_ != nullptr) server_->Shutdown(absl::ZeroDuration());
    server_.reset();
    coordinator_.reset();
    store_.reset();
    log_.reset();
  }
  void Restart() {
    Stop();
    Start();
  }

  // Calls `method` of a service's stub: Call(&JobService::Stub::GetJob, request, &response).
  template <typename Stub, typename Request, typename Response>
  absl::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) {
    Stub stub(channel_);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    return rpc::FromGrpc((stub.*method)(&context, request, response));
  }

  // Stores content and returns its name.
  std::string Upload(const std::string& content) {
    using tricorn::v1::BlobService;
    tricorn::v1::CreateUploadRequest request;
    request.set_sha256(Sha256Hex(content));
    request.set_size_bytes(static_cast<int64_t>(content.size()));
    tricorn::v1::Upload upload;
    EXPECT_TRUE(Call(&BlobService::Stub::CreateUpload, request, &upload).ok());
    if (upload.complete()) return upload.blob();
    BlobService::Stub stub(channel_);
    grpc::ClientContext context;
    auto writer = stub.WriteUpload(&context, &upload);
    tricorn::v1::WriteUploadRequest chunk;
    chunk.set_name("uploads/" + request.sha256());
    chunk.set_data(content);
    writer->Write(chunk);
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_TRUE(upload.complete());
    return upload.blob();
  }

  tricorn::v1::CreateJobRequest FitRequest(const std::string& job_id, int workers = 1) {
    tricorn::v1::CreateJobRequest request;
    request.set_job_id(job_id);
    auto& spec = *request.mutable_spec();
    spec.mutable_model()->set_blob(Upload("a model"));
    auto& fit = *spec.mutable_fit();
    fit.set_epochs(2);
    auto& data = *fit.mutable_data()->mutable_dataset();
    data.set_format(tricorn::v1::DATASET_FORMAT_NPZ);
    auto& file = *data.add_files();
    file.set_path("data.npz");
    file.set_blob(Upload("some data"));
    spec.mutable_resources()->set_min_workers(workers);
    spec.mutable_retry_policy()->mutable_backoff()->set_nanos(1'000'000);
    return request;
  }

  tricorn::v1::Job CreateFit(const std::string& job_id, int workers = 1) {
    tricorn::v1::Job job;
    const absl::Status status =
        Call(&tricorn::v1::JobService::Stub::CreateJob, FitRequest(job_id, workers), &job);
    EXPECT_TRUE(status.ok()) << status;
    return job;
  }

  absl::StatusOr<tricorn::v1::Job> GetJob(const std::string& name) {
    tricorn::v1::GetJobRequest request;
    request.set_name(name);
    tricorn::v1::Job job;
    RETURN_IF_ERROR(Call(&tricorn::v1::JobService::Stub::GetJob, request, &job));
    return job;
  }

  void Register(const std::string& worker_id, const std::string& incarnation = "one") {
    tricorn::v1::RegisterRequest request;
    request.set_worker_id(worker_id);
    request.set_incarnation(incarnation);
    request.mutable_capacity()->set_slots(1);
    request.mutable_capacity()->set_predictor_slots(1);
    request.mutable_capacity()->set_threads(2);
    tricorn::v1::RegisterResponse response;
    const absl::Status status =
        Call(&tricorn::v1::WorkerService::Stub::Register, request, &response);
    EXPECT_TRUE(status.ok()) << status;
  }

  absl::Status Heartbeat(const std::string& worker_id, const std::string& incarnation = "one") {
    tricorn::v1::HeartbeatRequest request;
    request.set_worker_id(worker_id);
    request.set_incarnation(incarnation);
    tricorn::v1::HeartbeatResponse response;
    return Call(&tricorn::v1::WorkerService::Stub::Heartbeat, request, &response);
  }

  static tricorn::v1::Trainer Trainer(const std::string& job, int64_t generation, int rank) {
    tricorn::v1::Trainer trainer;
    trainer.set_job(job);
    trainer.set_generation(generation);
    trainer.set_rank(rank);
    return trainer;
  }

  std::string directory_;
  absl::Duration lease_duration_ = absl::Minutes(1);
  ServerFacts facts_;
  std::unique_ptr<SqliteLog> log_;
  std::unique_ptr<BlobStore> store_;
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<RpcServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace tricorn::server
