#include "worker/rendezvous/coordinator_store.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/status.h"
#include "proto/rpc/retry.h"
#include "proto/rpc/unary.h"
#include "tricorn/v1/trainer.grpc.pb.h"

namespace tricorn::worker {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(10);
// One waiting call; a broken connection is noticed no later.
constexpr absl::Duration kMaxWait = absl::Seconds(20);
constexpr absl::Duration kSetPatience = absl::Minutes(10);

}  // namespace

struct CoordinatorStore::Stubs {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::RendezvousService::Stub> rendezvous;
};

CoordinatorStore::CoordinatorStore(const std::shared_ptr<grpc::Channel>& channel, v1::Trainer self)
    : stubs_(new Stubs{channel, v1::RendezvousService::NewStub(channel)}), self_(std::move(self)) {}

CoordinatorStore::~CoordinatorStore() = default;

absl::Status CoordinatorStore::Set(const std::string& key, const std::string& value) {
  v1::SetKeyRequest request;
  *request.mutable_trainer() = self_;
  request.set_key(key);
  request.set_value(value);
  rpc::RetryPolicy policy;
  policy.channel = stubs_->channel.get();
  policy.give_up = absl::Now() + kSetPatience;
  return WithSubject(rpc::WithRetry(policy,
                                    [&] {
                                      v1::SetKeyResponse response;
                                      return rpc::Unary(*stubs_->rendezvous,
                                                        &v1::RendezvousService::Stub::SetKey,
                                                        request, &response, kCallTimeout);
                                    }),
                     "rendezvous key " + key);
}

absl::StatusOr<std::string> CoordinatorStore::Get(const std::string& key, absl::Time deadline) {
  v1::GetKeysRequest request;
  *request.mutable_trainer() = self_;
  request.add_keys(key);
  v1::GetKeysResponse response;
  rpc::RetryPolicy policy;
  policy.channel = stubs_->channel.get();
  policy.give_up = deadline;
  const absl::Status status = rpc::WithRetry(policy, [&] {
    const absl::Duration left = deadline - absl::Now();
    const absl::Duration wait = std::clamp(left, absl::ZeroDuration(), kMaxWait);
    request.mutable_timeout()->set_seconds(absl::ToInt64Seconds(wait));
    request.mutable_timeout()->set_nanos(static_cast<int32_t>(
        absl::ToInt64Nanoseconds(wait - absl::Seconds(absl::ToInt64Seconds(wait)))));
    return rpc::Unary(*stubs_->rendezvous, &v1::RendezvousService::Stub::GetKeys, request,
                      &response, wait + kCallTimeout);
  });
  if (rpc::IsTransient(status)) {
    return absl::DeadlineExceededError(fmt::format("rendezvous key {}: expected by {}, not set: {}",
                                                   key, absl::FormatTime(deadline),
                                                   std::string(status.message())));
  }
  RETURN_IF_ERROR(WithSubject(status, "rendezvous key " + key));
  if (response.values_size() != 1) {
    return Internal("rendezvous key {}: expected one value, received {}", key,
                    response.values_size());
  }
  return response.values(0);
}

}  // namespace tricorn::worker
