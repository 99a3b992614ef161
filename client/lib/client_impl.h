#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "client/lib/client.h"
#include "client/lib/retrying_call.h"
#include "proto/rpc/utf8_fields.h"
#include "tricorn/v1/dataset.pb.h"

namespace tricorn::client {

// For the .cc files of Client alone: it brings gRPC's headers.
struct Client::Impl {
  ClientOptions options;
  std::shared_ptr<grpc::Channel> channel;

  absl::Duration TimeoutOf(const CallOptions& call) const {
    return call.timeout.value_or(options.timeout);
  }

  // Starts `method` of a new stub's async interface; `convert` makes the result, an
  // absl::StatusOr<T>, of the response. Stub, request and response live as long as the call does.
  template <typename Service, typename Async, typename Request, typename Response, typename Convert>
  auto Start(void (Async::*method)(grpc::ClientContext*, const Request*, Response*,
                                   std::function<void(grpc::Status)>),
             Request request, const CallOptions& call, Convert convert) const {
    using Result = decltype(convert(std::declval<Response&>()));
    struct State {
      std::unique_ptr<typename Service::Stub> stub;
      Request request;
      Response response;
      std::promise<Result> promise;
    };
    auto state = std::make_shared<State>();
    if (const absl::Status valid = rpc::CheckUtf8Fields(request); !valid.ok()) {
      state->promise.set_value(Result(valid));
      return state->promise.get_future();
    }
    state->stub = Service::NewStub(channel);
    state->request = std::move(request);
    CallWithRetries(
        absl::Now() + TimeoutOf(call), call.cancellation,
        [state, method](grpc::ClientContext* context, std::function<void(grpc::Status)> done) {
          (state->stub->async()->*method)(context, &state->request, &state->response,
                                          std::move(done));
        },
        [state, convert](const absl::Status& status) {
          state->promise.set_value(status.ok() ? convert(state->response) : Result(status));
        });
    return state->promise.get_future();
  }

  // The same, waiting for the response itself.
  template <typename Service, typename Async, typename Request, typename Response>
  absl::StatusOr<Response> Call(void (Async::*method)(grpc::ClientContext*, const Request*,
                                                      Response*, std::function<void(grpc::Status)>),
                                Request request, const CallOptions& call) const {
    return Start<Service>(
               method, std::move(request), call,
               [](Response& response) { return absl::StatusOr<Response>(std::move(response)); })
        .get();
  }

  absl::StatusOr<std::string> Upload(const ModelSource& source, const CallOptions& call) const;
  absl::StatusOr<v1::Dataset> Upload(const DatasetSpec& spec, const CallOptions& call) const;
};

// `call.request_id`, or a random one.
std::string RequestId(const CallOptions& call);

// All items of a list method, page by page. `fetch` gets a page token and returns the response;
// `take` moves its items out.
template <typename Fetch, typename Take>
absl::Status ForEachPage(Fetch fetch, Take take) {
  std::string token;
  do {
    auto page = fetch(token);
    if (!page.ok()) return std::move(page).status();
    take(*page);
    token = page->next_page_token();
  } while (!token.empty());
  return absl::OkStatus();
}

}  // namespace tricorn::client
