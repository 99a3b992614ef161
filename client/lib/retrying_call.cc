#include "client/lib/retrying_call.h"

#include <grpcpp/alarm.h>
#include <grpcpp/client_context.h>

#include <random>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/backoff.h"
#include "proto/rpc/retry.h"
#include "proto/rpc/status.h"

namespace tricorn::client {
namespace {

constexpr absl::Duration kFirstDelay = absl::Milliseconds(100);
constexpr absl::Duration kLongestDelay = absl::Seconds(2);

// Owns itself by way of the callbacks that are outstanding.
class Call : public std::enable_shared_from_this<Call> {
 public:
  Call(absl::Time deadline, std::shared_ptr<Cancellation> cancellation, Attempt attempt,
       std::function<void(absl::Status)> done)
      : deadline_(deadline),
        cancellation_(std::move(cancellation)),
        attempt_(std::move(attempt)),
        done_(std::move(done)),
        backoff_(kFirstDelay, kLongestDelay, std::random_device()()) {}

  void Start() {
    if (cancellation_ != nullptr) {
      cancellation_id_ = cancellation_->OnCancel([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->Cancel();
      });
    }
    Try();
  }

 private:
  void Try() {
    std::shared_ptr<grpc::ClientContext> context = std::make_shared<grpc::ClientContext>();
    context->set_deadline(absl::ToChronoTime(deadline_));
    {
      MutexLock lock(&mu_);
      context_ = context;
      if (cancelled_) context->TryCancel();
    }
    attempt_(context.get(), [self = shared_from_this(), context](const grpc::Status& status) {
      self->Ended(rpc::FromGrpc(status));
    });
  }

  void Ended(const absl::Status& status) {
    last_ = status;
    const absl::Time next = absl::Now() + backoff_.Next();
    {
      MutexLock lock(&mu_);
      context_ = nullptr;
      if (!cancelled_ && rpc::IsTransient(status) && next < deadline_) {
        alarm_ = std::make_unique<grpc::Alarm>();
        alarm_->Set(absl::ToChronoTime(next), [self = shared_from_this()](bool) { self->Awake(); });
        return;
      }
    }
    Finish(status);
  }

  void Awake() {
    bool cancelled;
    {
      MutexLock lock(&mu_);
      cancelled = cancelled_;
    }
    if (cancelled) {
      Finish(last_);
    } else {
      Try();
    }
  }

  void Cancel() {
    MutexLock lock(&mu_);
    cancelled_ = true;
    if (context_ != nullptr) context_->TryCancel();
    if (alarm_ != nullptr) alarm_->Cancel();
  }

  void Finish(const absl::Status& status) {
    bool cancelled;
    std::unique_ptr<grpc::Alarm> alarm;  // to its end it keeps a callback, which keeps this call
    {
      MutexLock lock(&mu_);
      cancelled = cancelled_;
      alarm = std::move(alarm_);
    }
    if (cancellation_ != nullptr) cancellation_->Forget(cancellation_id_);
    done_(cancelled && !status.ok() ? absl::CancelledError("the caller cancelled the call")
                                    : status);
  }

  const absl::Time deadline_;
  const std::shared_ptr<Cancellation> cancellation_;
  const Attempt attempt_;
  const std::function<void(absl::Status)> done_;
  int64_t cancellation_id_ = 0;

  // Of the one callback that is outstanding.
  Backoff backoff_;
  absl::Status last_;

  Mutex mu_;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  std::shared_ptr<grpc::ClientContext> context_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<grpc::Alarm> alarm_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

void CallWithRetries(absl::Time deadline, std::shared_ptr<Cancellation> cancellation,
                     Attempt attempt, std::function<void(absl::Status)> done) {
  std::make_shared<Call>(deadline, std::move(cancellation), std::move(attempt), std::move(done))
      ->Start();
}

}  // namespace tricorn::client
