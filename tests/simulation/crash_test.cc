// kill -9 of the real coordinator at seeded moments while users submit: what was acknowledged is
// there afterwards, and repeated requests make no second job.
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "core/base/env.h"
#include "core/base/json.h"
#include "core/base/mutex.h"
#include "core/base/random.h"
#include "core/base/sha256.h"
#include "core/base/status.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "tricorn/v1/blob.grpc.pb.h"
#include "tricorn/v1/job.grpc.pb.h"

namespace tricorn::simulation {
namespace {

constexpr int kUsers = 4;

// The coordinator's process.
class Coordinator {
 public:
  explicit Coordinator(std::string data_dir) : data_dir_(std::move(data_dir)) {}
  ~Coordinator() { Kill(); }

  // Listens on the address it had before; returns when it says that it serves.
  void Start() {
    int out[2];
    ASSERT_EQ(pipe(out), 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(out[1], STDOUT_FILENO);
      close(out[0]);
      close(out[1]);
      if (freopen("/dev/null", "w", stderr) == nullptr) _exit(127);
      execl(TRICORN_COORDINATOR, "tricorn-coordinator", "--data-dir", data_dir_.c_str(), "--listen",
            address_.c_str(), "--http-listen", "", nullptr);
      _exit(127);
    }
    close(out[1]);
    std::string line;
    char c;
    while (read(out[0], &c, 1) == 1 && c != '\n') line += c;
    close(out[0]);
    const auto json = Json::Parse(line);
    ASSERT_TRUE(json.ok()) << "the coordinator does not serve: " << line;
    address_ = (*json)["address"].AsString();
  }
  void Kill() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  const std::string& address() const { return address_; }

 private:
  const std::string data_dir_;
  std::string address_ = "127.0.0.1:0";
  pid_t pid_ = 0;
};

// A channel of its own: those that failed hold back new attempts for seconds.
std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

void SetDeadline(grpc::ClientContext* context) {
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(2));
}

// Uploads the one blob that all jobs use.
std::string Upload(const std::shared_ptr<grpc::Channel>& channel) {
  const std::string content = "model and data";
  tricorn::v1::BlobService::Stub stub(channel);
  tricorn::v1::CreateUploadRequest request;
  request.set_sha256(Sha256Hex(content));
  request.set_size_bytes(static_cast<int64_t>(content.size()));
  tricorn::v1::Upload upload;
  grpc::ClientContext create;
  EXPECT_TRUE(stub.CreateUpload(&create, request, &upload).ok());
  grpc::ClientContext write;
  auto writer = stub.WriteUpload(&write, &upload);
  tricorn::v1::WriteUploadRequest chunk;
  chunk.set_name("uploads/" + request.sha256());
  chunk.set_data(content);
  writer->Write(chunk);
  writer->WritesDone();
  EXPECT_TRUE(writer->Finish().ok());
  return upload.blob();
}

tricorn::v1::CreateJobRequest Request(const std::string& blob, const std::string& request_id) {
  tricorn::v1::CreateJobRequest request;
  request.set_request_id(request_id);
  auto& spec = *request.mutable_spec();
  spec.mutable_model()->set_blob(blob);
  spec.mutable_fit()->set_epochs(1);
  auto& data = *spec.mutable_fit()->mutable_data()->mutable_dataset();
  data.set_format(tricorn::v1::DATASET_FORMAT_NPZ);
  auto& file = *data.add_files();
  file.set_path("data.npz");
  file.set_blob(blob);
  return request;
}

// Submits job after job, each until it is acknowledged; some twice.
class User {
 public:
  User(int number, std::string address, std::string blob)
      : number_(number), address_(std::move(address)), blob_(std::move(blob)) {}

  void Run(const std::atomic<bool>& stop, std::atomic<int>& acknowledgements) {
    for (int i = 0; !stop; ++i) {
      const std::string id = fmt::format("user-{}-{}", number_, i);
      const std::string name = Submit(id, stop);
      if (name.empty()) return;
      acknowledged_[id] = name;
      ++acknowledgements;
      if (i % 3 == 0) {
        const std::string again = Submit(id, stop);
        EXPECT_TRUE(again.empty() || again == name) << again << " is not " << name;
      }
    }
  }
  const std::map<std::string, std::string>& acknowledged() const { return acknowledged_; }

 private:
  std::string Submit(const std::string& request_id, const std::atomic<bool>& stop) {
    while (!stop) {
      grpc::ClientContext context;
      SetDeadline(&context);
      tricorn::v1::Job job;
      if (stub_ == nullptr) stub_ = tricorn::v1::JobService::NewStub(Connect(address_));
      const grpc::Status status = stub_->CreateJob(&context, Request(blob_, request_id), &job);
      if (status.ok()) return job.name();
      EXPECT_TRUE(status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                  status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED ||
                  status.error_code() == grpc::StatusCode::CANCELLED)
          << status.error_message();
      stub_.reset();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return "";
  }

  const int number_;
  const std::string address_;
  const std::string blob_;
  std::unique_ptr<tricorn::v1::JobService::Stub> stub_;
  std::map<std::string, std::string> acknowledged_;
};

std::map<std::string, int> CountJobs(const std::shared_ptr<grpc::Channel>& channel) {
  tricorn::v1::JobService::Stub stub(channel);
  std::map<std::string, int> names;
  tricorn::v1::ListJobsRequest request;
  request.set_page_size(1000);
  do {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    tricorn::v1::ListJobsResponse page;
    const grpc::Status status = stub.ListJobs(&context, request, &page);
    EXPECT_TRUE(status.ok()) << status.error_message();
    for (const auto& job : page.jobs()) ++names[job.name()];
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return names;
}

TEST(Crash, NoAcknowledgedJobIsLost) {
  char directory[] = "/tmp/tricorn_crash_XXXXXX";
  ASSERT_NE(mkdtemp(directory), nullptr);
  {
    Coordinator coordinator(directory);
    ASSERT_NO_FATAL_FAILURE(coordinator.Start());
    const auto channel = Connect(coordinator.address());
    const std::string blob = Upload(channel);
    std::vector<User> users;
    for (int i = 0; i < kUsers; ++i) users.emplace_back(i, coordinator.address(), blob);
    std::atomic<bool> stop = false;
    std::atomic<int> acknowledgements = 0;
    std::vector<std::thread> threads;
    for (User& user : users) threads.emplace_back([&] { user.Run(stop, acknowledgements); });

    PhiloxStream random(20'261'124);
    for (int crash = 0; crash < 10; ++crash) {
      // Only a coordinator that has promised something can break it.
      const int before = acknowledgements;
      while (acknowledgements < before + 5)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      std::this_thread::sleep_for(std::chrono::milliseconds(random.Below(50)));
      coordinator.Kill();
      ASSERT_NO_FATAL_FAILURE(coordinator.Start());
    }
    stop = true;
    for (std::thread& thread : threads) thread.join();

    const std::map<std::string, int> jobs = CountJobs(Connect(coordinator.address()));
    size_t acknowledged = 0;
    std::map<std::string, std::string> owner;
    for (const User& user : users) {
      acknowledged += user.acknowledged().size();
      for (const auto& [request_id, name] : user.acknowledged()) {
        EXPECT_EQ(jobs.count(name), 1u) << name << " was acknowledged and is lost";
        EXPECT_TRUE(owner.emplace(name, request_id).second) << name << " answers two requests";
      }
    }
    EXPECT_GE(acknowledged, 50u);
    // At most one job that each user has not been told about.
    EXPECT_LE(jobs.size(), acknowledged + kUsers);
  }
  EXPECT_TRUE(Env::Posix().RemoveRecursively(directory).ok());
}

}  // namespace
}  // namespace tricorn::simulation
