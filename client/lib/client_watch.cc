#include <random>
#include <utility>

#include "client/lib/client_impl.h"
#include "client/lib/convert.h"
#include "client/lib/names.h"
#include "core/base/backoff.h"
#include "core/base/status.h"
#include "proto/rpc/retry.h"
#include "proto/rpc/status.h"
#include "proto/rpc/utf8_fields.h"
#include "tricorn/v1/job.grpc.pb.h"

namespace tricorn::client {
namespace {

// Longer than an attempt to connect takes.
constexpr absl::Duration kLongestConnect = absl::Seconds(6);

// Reads one job's events over as many streams as it takes.
class Watch {
 public:
  Watch(const Client::Impl& impl, std::string name, std::string cursor, bool until_now,
        const CallOptions& call)
      : impl_(impl),
        call_(call),
        name_(std::move(name)),
        cursor_(std::move(cursor)),
        until_now_(until_now),
        stub_(v1::JobService::NewStub(impl.channel)),
        deadline_(call.timeout ? absl::Now() + *call.timeout : absl::InfiniteFuture()),
        backoff_(absl::Milliseconds(100), absl::Seconds(2), std::random_device()()) {}

  absl::Status Run(const std::function<bool(const JobEvent&)>& on_event) {
    while (true) {
      const absl::Time began = absl::Now();
      const absl::Status status = ReadStream(on_event);
      // It stood, though nothing happened.
      if (absl::Now() - began > kLongestConnect) heard_ = absl::Now();
      if (call_.cancellation != nullptr && call_.cancellation->cancelled()) {
        return absl::CancelledError("the caller cancelled the call");
      }
      if (status.ok() || !rpc::IsTransient(status)) return status;
      const absl::Time next = absl::Now() + backoff_.Next();
      if (next > deadline_) return status;
      if (call_.on_away && !std::exchange(is_away_, true)) call_.on_away(status);
      if (next > heard_ + impl_.options.patience) {
        return WithSubject(status, fmt::format("{}: the coordinator was away for {}", name_,
                                               absl::FormatDuration(impl_.options.patience)));
      }
      SleepUntil(next);
    }
  }

 private:
  absl::Status ReadStream(const std::function<bool(const JobEvent&)>& on_event) {
    v1::WatchJobRequest request;
    request.set_name(name_);
    request.set_cursor(cursor_);
    request.set_until_now(until_now_);
    RETURN_IF_ERROR(rpc::CheckUtf8Fields(request));
    const auto context = std::make_shared<grpc::ClientContext>();
    if (deadline_ != absl::InfiniteFuture()) context->set_deadline(absl::ToChronoTime(deadline_));
    int64_t id = 0;
    if (call_.cancellation != nullptr) {
      id = call_.cancellation->OnCancel([context] { context->TryCancel(); });
    }
    const auto stream = stub_->WatchJob(context.get(), request);
    v1::JobEvent event;
    bool stopped = false;
    while (!stopped && stream->Read(&event)) {
      heard_ = absl::Now();
      is_away_ = false;
      backoff_.Reset();
      if (!event.cursor().empty()) cursor_ = event.cursor();
      stopped = !on_event(FromProto(event));
    }
    if (stopped) context->TryCancel();
    const absl::Status status = rpc::FromGrpc(stream->Finish());
    if (call_.cancellation != nullptr) call_.cancellation->Forget(id);
    return stopped ? absl::OkStatus() : status;
  }

  void SleepUntil(absl::Time time) {
    Mutex mu;
    CondVar woken;
    bool is_cancelled = false;
    int64_t id = 0;
    if (call_.cancellation != nullptr) {
      id = call_.cancellation->OnCancel([&] {
        MutexLock lock(&mu);
        is_cancelled = true;
        woken.Signal();
      });
    }
    {
      MutexLock lock(&mu);
      while (!is_cancelled && !woken.WaitWithDeadline(&mu, time)) {
      }
    }
    if (call_.cancellation != nullptr) call_.cancellation->Forget(id);
  }

  const Client::Impl& impl_;
  const CallOptions& call_;
  const std::string name_;
  std::string cursor_;  // of the last event that was passed on
  const bool until_now_;
  const std::unique_ptr<v1::JobService::Stub> stub_;
  const absl::Time deadline_;
  Backoff backoff_;
  absl::Time heard_ = absl::Now();
  bool is_away_ = false;
};

}  // namespace

absl::Status Client::WatchJob(const std::string& name, const std::string& cursor,
                              const std::function<bool(const JobEvent&)>& on_event,
                              const CallOptions& options) const {
  return Watch(*impl_, ResourceName("jobs", name), cursor, /*until_now=*/false, options)
      .Run(on_event);
}

absl::Status Client::ReadJobEvents(const std::string& name,
                                   const std::function<bool(const JobEvent&)>& on_event,
                                   const CallOptions& options) const {
  return Watch(*impl_, ResourceName("jobs", name), "", /*until_now=*/true, options).Run(on_event);
}

}  // namespace tricorn::client
