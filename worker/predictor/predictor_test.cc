#include "worker/predictor/predictor.h"
#include "core/base/mutex.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "core/base/json.h"
#include "core/base/sha256.h"
#include "proto/rpc/status.h"
#include "proto/rpc/transport.h"
#include "proto/rpc/unary.h"
#include "proto/tensor/wire_tensor.h"
#include "tricorn/v1/blob.grpc.pb.h"
#include "tricorn/v1/predict.grpc.pb.h"
#include "tricorn/v1/worker.grpc.pb.h"

namespace tricorn::worker {
namespace {

// y = x + 1 over two columns.
class AddOne : public PredictModel {
 public:
  const std::vector<Port>& inputs() const override { return inputs_; }
  const std::vector<Port>& outputs() const override { return outputs_; }
  absl::StatusOr<std::vector<Tensor>> Predict(const std::vector<Tensor>& inputs) override {
    Tensor y = inputs[0].Clone();
    for (int64_t i = 0; i < y.num_elements(); ++i) y.data<float>()[i] += 1;
    return std::vector<Tensor>{y};
  }

 private:
  const std::vector<Port> inputs_ = {{"x", DType::kF32, Shape{2}}};
  const std::vector<Port> outputs_ = {{"y", DType::kF32, Shape{2}}};
};

class FakeCoordinator : public v1::BlobService::Service, public v1::WorkerService::Service {
 public:
  grpc::Status ReadBlob(grpc::ServerContext*, const v1::ReadBlobRequest*,
                        grpc::ServerWriter<v1::ReadBlobResponse>* writer) override {
    v1::ReadBlobResponse response;
    response.set_data("the model");
    writer->Write(response);
    return grpc::Status::OK;
  }
  grpc::Status ReportPredictorReady(grpc::ServerContext*,
                                    const v1::ReportPredictorReadyRequest* request,
                                    v1::ReportPredictorReadyResponse*) override {
    MutexLock lock(&mu_);
    ready_ = *request;
    if (!stale) return grpc::Status::OK;
    return rpc::ToGrpc(rpc::WithReason(absl::AbortedError("replaced"), rpc::kStaleGeneration));
  }
  v1::ReportPredictorReadyRequest WaitUntilReady() {
    MutexLock lock(&mu_);
    auto known = [this] {
      mu_.AssertHeld();
      return !ready_.address().empty();
    };
    mu_.AwaitWithTimeout(known, absl::Seconds(20));
    return ready_;
  }
  std::atomic<bool> stale = false;

 private:
  Mutex mu_;
  v1::ReportPredictorReadyRequest ready_ ABSL_GUARDED_BY(mu_);
};

class PredictorTest : public ::testing::Test {
 protected:
  PredictorTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(static_cast<v1::BlobService::Service*>(&coordinator_));
    builder.RegisterService(static_cast<v1::WorkerService::Service*>(&coordinator_));
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    server_ = builder.BuildAndStart();
    char pattern[] = "/tmp/predictor_test.XXXXXX";
    directory_ = mkdtemp(pattern);
    assignment_.set_id("deployments/d/1/0");
    v1::PredictorTask& task = *assignment_.mutable_predictor();
    task.set_deployment("deployments/d");
    task.set_model_version("models/m/versions/3");
    task.set_model_blob("blobs/" + Sha256Hex("the model"));
  }
  ~PredictorTest() override {
    if (thread_.joinable()) {
      stop_.Notify();
      thread_.join();
    }
    Env::Posix().RemoveRecursively(directory_).IgnoreError();
  }

  absl::Status Run(const LoadModel& load) {
    PredictorOptions options;
    options.worker_id = "w";
    options.incarnation = "i";
    options.cache_directory = directory_ + "/cache";
    options.stop_grace = absl::Seconds(2);
    return RunPredictor(
        Env::Posix(), assignment_, Channel(), options, load,
        Logger("predictor_test", [](std::string_view) {}),
        [this](const PredictorStats& stats) {
          MutexLock lock(&mu_);
          stats_ = stats;
        },
        stop_);
  }
  static absl::StatusOr<std::unique_ptr<PredictModel>> Load(std::string bytes) {
    EXPECT_EQ(bytes, "the model");
    return std::make_unique<AddOne>();
  }
  void Start() {
    thread_ = std::thread([this] { EXPECT_TRUE(Run(Load).ok()); });
    const v1::ReportPredictorReadyRequest ready = coordinator_.WaitUntilReady();
    EXPECT_EQ(ready.assignment_id(), "deployments/d/1/0");
    EXPECT_EQ(ready.incarnation(), "i");
    stub_ = v1::PredictService::NewStub(
        grpc::CreateChannel(ready.address(), grpc::InsecureChannelCredentials()));
  }
  absl::Status Predict(const v1::PredictRequest& request, v1::PredictResponse* response) {
    return rpc::Unary(*stub_, &v1::PredictService::Stub::Predict, request, response,
                      absl::Seconds(20));
  }
  static v1::PredictRequest Request(const std::string& target, const Tensor& x) {
    v1::PredictRequest request;
    request.set_target(target);
    *request.add_inputs()->mutable_tensor() = ToWire(x);
    return request;
  }

  FakeCoordinator coordinator_;
  std::shared_ptr<grpc::Channel> Channel() const {
    return rpc::MakeChannel("127.0.0.1:" + std::to_string(port_),
                            grpc::InsecureChannelCredentials());
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::string directory_;
  v1::Assignment assignment_;
  Notification stop_;
  std::thread thread_;
  std::unique_ptr<v1::PredictService::Stub> stub_;
  Mutex mu_;
  PredictorStats stats_ ABSL_GUARDED_BY(mu_);
};

TEST_F(PredictorTest, ServesItsModelByEveryNameItHas) {
  Start();
  const Tensor x = Tensor::From<uint8_t>(Shape{1, 2}, std::vector<uint8_t>{1, 2});  // is cast
  for (const char* target : {"deployments/d", "models/m/versions/3", "models/m"}) {
    v1::PredictResponse response;
    ASSERT_TRUE(Predict(Request(target, x), &response).ok());
    EXPECT_EQ(response.model_version(), "models/m/versions/3");
    ASSERT_EQ(response.outputs_size(), 1);
    EXPECT_EQ(response.outputs(0).name(), "y");
    EXPECT_EQ(FromWire(response.outputs(0).tensor()).value(),
              Tensor::From<float>(Shape({1, 2}), std::vector<float>{2, 3}));
  }
}

TEST_F(PredictorTest, TakesALastAxisOfLengthOneOrNone) {
  Start();
  const Tensor x = Tensor::From<float>(Shape{1, 2, 1}, std::vector<float>{1, 2});
  v1::PredictResponse response;
  ASSERT_TRUE(Predict(Request("models/m", x), &response).ok());
  EXPECT_EQ(FromWire(response.outputs(0).tensor()).value(),
            Tensor::From<float>(Shape({1, 2}), std::vector<float>{2, 3}));
}

TEST_F(PredictorTest, NamesWhatDoesNotFit) {
  Start();
  v1::PredictResponse response;
  EXPECT_TRUE(absl::IsNotFound(
      Predict(Request("models/other", Tensor(DType::kF32, Shape({1, 2}))), &response)));
  EXPECT_EQ(Predict(Request("models/m", Tensor(DType::kF32, Shape({1, 3}))), &response),
            absl::InvalidArgumentError("input x: expected shape (rows, 2), received (1, 3)"));
  EXPECT_EQ(Predict(Request("models/m", Tensor(DType::kF32, Shape({0, 2}))), &response),
            absl::InvalidArgumentError("input x: expected at least one row, received none"));
  v1::PredictRequest twice = Request("models/m", Tensor(DType::kF32, Shape({1, 2})));
  *twice.add_inputs() = twice.inputs(0);
  EXPECT_EQ(Predict(twice, &response),
            absl::InvalidArgumentError("input x: expected it once, received it twice"));
  v1::PredictRequest unknown = Request("models/m", Tensor(DType::kF32, Shape({1, 2})));
  unknown.mutable_inputs(0)->set_name("z");
  EXPECT_EQ(Predict(unknown, &response),
            absl::InvalidArgumentError("inputs: expected x, received 'z'"));
  v1::PredictRequest nothing;
  nothing.set_target("models/m");
  EXPECT_EQ(Predict(nothing, &response),
            absl::InvalidArgumentError("inputs: expected x, received none called 'x'"));
}

TEST_F(PredictorTest, CountsWhatItDid) {
  Start();
  v1::PredictResponse response;
  ASSERT_TRUE(Predict(Request("models/m", Tensor(DType::kF32, Shape({3, 2}))), &response).ok());
  Predict(Request("models/m", Tensor(DType::kF32, Shape({3, 5}))), &response).IgnoreError();
  MutexLock lock(&mu_);
  auto counted = [&] {
    mu_.AssertHeld();
    return stats_.requests.size() == 2;
  };
  ASSERT_TRUE(mu_.AwaitWithTimeout(counted, absl::Seconds(20)));
  PredictorStats back;
  ASSERT_TRUE(FromJson(ToJson(stats_), &back).ok());
  EXPECT_EQ(back.deployment, "deployments/d");
  EXPECT_EQ(back.requests.at("OK"), 1);
  EXPECT_EQ(back.requests.at("INVALID_ARGUMENT"), 1);
  EXPECT_EQ(back.batch_rows, 3);
  EXPECT_GT(back.latency_sum_seconds, 0);
}

TEST_F(PredictorTest, FinishesWhatItHasWithinTheAgentsGrace) {
  assignment_.mutable_predictor()->mutable_batching()->mutable_max_delay()->set_seconds(60);
  Start();
  v1::PredictResponse response;
  absl::Status answer;
  std::thread caller([&] {
    answer = Predict(Request("models/m", Tensor(DType::kF32, Shape({1, 2}))), &response);
  });
  {
    MutexLock lock(&mu_);
    auto waits = [&] {
      mu_.AssertHeld();
      return stats_.queued_rows == 1;
    };
    EXPECT_TRUE(mu_.AwaitWithTimeout(waits, absl::Seconds(20)));
  }
  const absl::Time begin = absl::Now();
  stop_.Notify();
  thread_.join();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(2));
  caller.join();
  EXPECT_TRUE(answer.ok()) << answer;
}

TEST_F(PredictorTest, EndsWithTheModelsErrorOrWhenReplaced) {
  EXPECT_EQ(Run([](std::string) -> absl::StatusOr<std::unique_ptr<PredictModel>> {
              return absl::InvalidArgumentError("model: bad");
            }),
            absl::InvalidArgumentError("model: bad"));
  coordinator_.stale = true;
  EXPECT_TRUE(rpc::IsStaleGeneration(Run(Load)));
}

}  // namespace
}  // namespace tricorn::worker
