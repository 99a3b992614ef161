#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "proto/rpc/status.h"
#include "proto/rpc/transport.h"
#include "server/rpc/predict_routes.h"
#include "server/rpc/services.h"
#include "server/rpc/unary.h"
#include "tricorn/v1/predict.grpc.pb.h"

namespace tricorn::server {
namespace {

using tricorn::v1::PredictRequest;
using tricorn::v1::PredictResponse;

constexpr absl::Duration kLongestWait = absl::Minutes(2);
constexpr absl::Duration kRetryDelay = absl::Milliseconds(50);

// One channel per predictor address. Thread-safe.
class Channels {
 public:
  Channels(std::shared_ptr<grpc::ChannelCredentials> credentials, int64_t max_message_bytes)
      : credentials_(std::move(credentials)),
        max_message_bytes_(static_cast<int>(max_message_bytes)) {}

  std::shared_ptr<grpc::Channel> To(const std::string& address) {
    MutexLock lock(&mu_);
    // Predictors come and go; those gone are let go together.
    if (channels_.size() > 1000) channels_.clear();
    std::shared_ptr<grpc::Channel>& channel = channels_[address];
    if (channel == nullptr) {
      channel = rpc::MakeChannel(address, credentials_, max_message_bytes_);
    }
    return channel;
  }

 private:
  const std::shared_ptr<grpc::ChannelCredentials> credentials_;
  const int max_message_bytes_;
  Mutex mu_;
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_ ABSL_GUARDED_BY(mu_);
};

// One request on its way to a predictor, and to another when that one is gone.
class Proxy : public std::enable_shared_from_this<Proxy> {
 public:
  Proxy(Coordinator& coordinator, PredictRoutes& routes, Channels& channels,
        grpc::CallbackServerContext* context, const PredictRequest* request,
        PredictResponse* response)
      : coordinator_(coordinator),
        routes_(routes),
        channels_(channels),
        context_(context),
        request_(request),
        response_(response),
        reactor_(context->DefaultReactor()),
        deadline_(std::min(absl::FromChrono(context->deadline()), absl::Now() + kLongestWait)) {}

  grpc::ServerUnaryReactor* reactor() const { return reactor_; }

  void Try() {
    const auto self = shared_from_this();
    routes_.Find(
        {.target = request_->target(),
         .deadline = deadline_,
         .is_abandoned = [self] { return self->context_->IsCancelled(); },
         .answer = [self](const absl::StatusOr<std::string>& address) { self->Send(address); }});
  }

 private:
  void Send(const absl::StatusOr<std::string>& address) {
    if (!address.ok() || context_->IsCancelled()) {
      reactor_->Finish(rpc::ToGrpc(address.ok() ? absl::CancelledError("the caller went away")
                                                : address.status()));
      return;
    }
    // The caller's deadline and cancellation reach the predictor.
    client_context_ = grpc::ClientContext::FromCallbackServerContext(*context_);
    stub_ = tricorn::v1::PredictService::NewStub(channels_.To(*address));
    stub_->async()->Predict(
        client_context_.get(), request_, response_,
        [self = shared_from_this()](const grpc::Status& status) { self->Done(status); });
  }

  void Done(const grpc::Status& status) {
    const bool gone = status.error_code() == grpc::StatusCode::UNAVAILABLE;
    if (!gone || absl::Now() + kRetryDelay >= deadline_) {
      reactor_->Finish(status);
      return;
    }
    routes_.Forget(request_->target());
    coordinator_.RunAfter(kRetryDelay, [self = shared_from_this()] { self->Try(); });
  }

  Coordinator& coordinator_;
  PredictRoutes& routes_;
  Channels& channels_;
  grpc::CallbackServerContext* const context_;
  const PredictRequest* const request_;
  PredictResponse* const response_;
  grpc::ServerUnaryReactor* const reactor_;
  const absl::Time deadline_;
  std::unique_ptr<grpc::ClientContext> client_context_;
  std::unique_ptr<tricorn::v1::PredictService::Stub> stub_;
};

class PredictService : public tricorn::v1::PredictService::CallbackService {
 public:
  PredictService(Coordinator& coordinator, const ServerFacts& facts,
                 std::shared_ptr<grpc::ChannelCredentials> to_predictors)
      : coordinator_(coordinator),
        routes_(coordinator),
        channels_(std::move(to_predictors), facts.max_message_bytes) {}

  grpc::ServerUnaryReactor* Predict(grpc::CallbackServerContext* context,
                                    const PredictRequest* request,
                                    PredictResponse* response) override {
    auto proxy =
        std::make_shared<Proxy>(coordinator_, routes_, channels_, context, request, response);
    proxy->Try();
    return proxy->reactor();
  }

 private:
  Coordinator& coordinator_;
  PredictRoutes routes_;
  Channels channels_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewPredictService(
    Coordinator& coordinator, const ServerFacts& facts,
    std::shared_ptr<grpc::ChannelCredentials> to_predictors) {
  return std::make_unique<PredictService>(coordinator, facts, std::move(to_predictors));
}

}  // namespace tricorn::server
