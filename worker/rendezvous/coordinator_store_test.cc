#include "worker/rendezvous/coordinator_store.h"
#include "core/base/mutex.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "absl/time/clock.h"
#include "proto/rpc/status.h"
#include "proto/rpc/transport.h"
#include "tricorn/v1/trainer.grpc.pb.h"

namespace tricorn::worker {
namespace {

class FakeRendezvous : public v1::RendezvousService::Service {
 public:
  grpc::Status SetKey(grpc::ServerContext*, const v1::SetKeyRequest* request,
                      v1::SetKeyResponse*) override {
    MutexLock lock(&mu_);
    if (const grpc::Status status = Check(request->trainer()); !status.ok()) return status;
    const auto [it, inserted] = values_.emplace(request->key(), request->value());
    if (inserted || it->second == request->value()) return grpc::Status::OK;
    return grpc::Status(grpc::StatusCode::ALREADY_EXISTS, "another value");
  }
  grpc::Status GetKeys(grpc::ServerContext*, const v1::GetKeysRequest* request,
                       v1::GetKeysResponse* response) override {
    MutexLock lock(&mu_);
    auto there = [&] {
      mu_.AssertHeld();
      return generation_ != request->trainer().generation() || values_.contains(request->keys(0));
    };
    mu_.AwaitWithTimeout(there, absl::Seconds(request->timeout().seconds()) +
                                    absl::Nanoseconds(request->timeout().nanos()));
    if (const grpc::Status status = Check(request->trainer()); !status.ok()) return status;
    if (!values_.contains(request->keys(0))) {
      return grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "missing: " + request->keys(0));
    }
    response->add_values(values_.at(request->keys(0)));
    return grpc::Status::OK;
  }
  void Replace(int64_t generation) {
    MutexLock lock(&mu_);
    generation_ = generation;
  }
  void FailNext(int count) {
    MutexLock lock(&mu_);
    failures_ = count;
  }

 private:
  grpc::Status Check(const v1::Trainer& trainer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (failures_-- > 0) return grpc::Status(grpc::StatusCode::UNAVAILABLE, "away");
    if (trainer.generation() == generation_) return grpc::Status::OK;
    return rpc::ToGrpc(rpc::WithReason(absl::AbortedError("replaced"), rpc::kStaleGeneration));
  }

  Mutex mu_;
  int64_t generation_ ABSL_GUARDED_BY(mu_) = 1;
  int failures_ ABSL_GUARDED_BY(mu_) = 0;
  std::map<std::string, std::string> values_ ABSL_GUARDED_BY(mu_);
};

class CoordinatorStoreTest : public ::testing::Test {
 protected:
  CoordinatorStoreTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    server_ = builder.BuildAndStart();
    self_.set_job("jobs/a");
    self_.set_generation(1);
    store_ = std::make_unique<CoordinatorStore>(Channel(), self_);
  }

  FakeRendezvous service_;
  std::shared_ptr<grpc::Channel> Channel() const {
    return rpc::MakeChannel("127.0.0.1:" + std::to_string(port_),
                            grpc::InsecureChannelCredentials());
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  v1::Trainer self_;
  std::unique_ptr<CoordinatorStore> store_;
};

TEST_F(CoordinatorStoreTest, WaitsForAKeyThatAnotherRankSets) {
  std::thread other([&] {
    absl::SleepFor(absl::Milliseconds(50));
    ASSERT_TRUE(store_->Set("k", std::string("v\0w", 3)).ok());
  });
  EXPECT_EQ(store_->Get("k", absl::Now() + absl::Seconds(20)).value_or(""), std::string("v\0w", 3));
  other.join();
  EXPECT_TRUE(store_->Set("k", std::string("v\0w", 3)).ok());
  EXPECT_EQ(store_->Set("k", "x").code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(CoordinatorStoreTest, NamesTheKeyThatDoesNotCome) {
  const absl::Time begin = absl::Now();
  const auto value = store_->Get("missing", absl::Now() + absl::Milliseconds(200));
  EXPECT_EQ(value.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_NE(value.status().message().find("missing"), absl::string_view::npos);
  EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
}

TEST_F(CoordinatorStoreTest, SitsOutACoordinatorThatIsAway) {
  service_.FailNext(2);
  EXPECT_TRUE(store_->Set("k", "v").ok());
  service_.FailNext(2);
  EXPECT_EQ(store_->Get("k", absl::Now() + absl::Seconds(20)).value_or(""), "v");
}

TEST_F(CoordinatorStoreTest, EndsAWaitWhenTheGangIsReplaced) {
  std::thread other([&] {
    absl::SleepFor(absl::Milliseconds(50));
    service_.Replace(2);
  });
  const auto value = store_->Get("k", absl::Now() + absl::Seconds(30));
  other.join();
  EXPECT_TRUE(rpc::IsStaleGeneration(value.status())) << value.status();
}

}  // namespace
}  // namespace tricorn::worker
