#include <algorithm>
#include <chrono>
#include <memory>
#include <string>

#include "core/base/status.h"
#include "server/rpc/services.h"
#include "server/rpc/unary.h"
#include "server/state/names.h"
#include "server/state/trainers.h"
#include "tricorn/v1/trainer.grpc.pb.h"

namespace tricorn::server {
namespace {

using View = Coordinator::View;

// A GetKeys that waits. Its state belongs to the coordinator's thread.
class KeysWait : public grpc::ServerUnaryReactor {
 public:
  static KeysWait* Start(Coordinator& coordinator, const grpc::CallbackServerContext& context,
                         const tricorn::v1::GetKeysRequest& request,
                         tricorn::v1::GetKeysResponse* response) {
    std::shared_ptr<KeysWait> wait(new KeysWait(coordinator, context, request, response));
    wait->self_ = wait;
    coordinator.Read([wait](const View& view) { wait->Begin(view); });
    return wait.get();
  }

  void OnCancel() override {
    coordinator_.Read([self = self_](const View&) {
      self->Answer(absl::CancelledError("the caller went away"));
    });
  }
  void OnDone() override { self_.reset(); }

 private:
  KeysWait(Coordinator& coordinator, const grpc::CallbackServerContext& context,
           const tricorn::v1::GetKeysRequest& request, tricorn::v1::GetKeysResponse* response)
      : coordinator_(coordinator), request_(request), response_(response) {
    const absl::Duration asked =
        absl::Seconds(request.timeout().seconds()) + absl::Nanoseconds(request.timeout().nanos());
    const absl::Duration left = absl::FromChrono(context.deadline()) - absl::Now();
    timeout_ = std::clamp(std::min(asked, left), absl::ZeroDuration(), absl::Minutes(10));
  }

  void Begin(const View& view) {
    Look(view);
    if (answered_) return;
    subscription_ = coordinator_.Subscribe(request_.trainer().job(),
                                           [self = self_](const View& now) { self->Look(now); });
    coordinator_.RunAfter(timeout_, [self = self_] {
      self->Answer(absl::DeadlineExceededError(
          fmt::format("{}: expected the keys of generation {}, still missing: {}",
                      self->request_.trainer().job(), self->request_.trainer().generation(),
                      self->missing_.substr(0, 1000))));
    });
  }

  // Answers when there is an answer.
  void Look(const View& view) {
    if (answered_) return;
    const absl::Status status = CheckTrainer(view.state, request_.trainer());
    if (!status.ok()) {
      Answer(status);
      return;
    }
    const std::string id = *ParseName("jobs", request_.trainer().job());
    const auto& store = view.state.jobs.at(id).rendezvous();
    missing_.clear();
    for (const std::string& key : request_.keys()) {
      if (store.find(key) == store.end()) missing_ += (missing_.empty() ? "" : ", ") + key;
    }
    if (!missing_.empty()) return;
    for (const std::string& key : request_.keys()) response_->add_values(store.at(key));
    Answer(absl::OkStatus());
  }

  void Answer(const absl::Status& status) {
    if (std::exchange(answered_, true)) return;
    if (subscription_ != 0) coordinator_.Unsubscribe(subscription_);
    Finish(rpc::ToGrpc(status));
  }

  Coordinator& coordinator_;
  const tricorn::v1::GetKeysRequest request_;
  tricorn::v1::GetKeysResponse* const response_;
  absl::Duration timeout_;
  int64_t subscription_ = 0;
  bool answered_ = false;
  std::string missing_;
  std::shared_ptr<KeysWait> self_;  // until the call is over
};

class RendezvousService : public tricorn::v1::RendezvousService::CallbackService {
 public:
  explicit RendezvousService(Coordinator& coordinator) : coordinator_(coordinator) {}

  grpc::ServerUnaryReactor* SetKey(grpc::CallbackServerContext* context,
                                   const tricorn::v1::SetKeyRequest* request,
                                   tricorn::v1::SetKeyResponse*) override {
    Event event;
    *event.mutable_set_key() = *request;
    return Mutate(context, coordinator_, std::move(event));
  }
  grpc::ServerUnaryReactor* GetKeys(grpc::CallbackServerContext* context,
                                    const tricorn::v1::GetKeysRequest* request,
                                    tricorn::v1::GetKeysResponse* response) override {
    return KeysWait::Start(coordinator_, *context, *request, response);
  }

 private:
  Coordinator& coordinator_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewRendezvousService(Coordinator& coordinator) {
  return std::make_unique<RendezvousService>(coordinator);
}

}  // namespace tricorn::server
