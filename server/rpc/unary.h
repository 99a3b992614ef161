#pragma once

#include <utility>

#include "grpcpp/grpcpp.h"
#include "proto/rpc/status.h"
#include "server/coordinator/coordinator.h"

namespace tricorn::server {

// A mutation: submits the event, and when it is on disk lets `fill(effects, view)` fill in the
// response. Request and response live until the reactor finishes.
template <typename Fill>
grpc::ServerUnaryReactor* Mutate(grpc::CallbackServerContext* context, Coordinator& coordinator,
                                 Event event, Fill fill) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  coordinator.Submit(std::move(event), [reactor, fill = std::move(fill)](
                                           const Effects& effects, const Coordinator::View& view) {
    const absl::Status status =
        effects.status.ok() ? absl::Status(fill(effects, view)) : effects.status;
    reactor->Finish(rpc::ToGrpc(status));
  });
  return reactor;
}

// A mutation whose response is empty.
inline grpc::ServerUnaryReactor* Mutate(grpc::CallbackServerContext* context,
                                        Coordinator& coordinator, Event event) {
  return Mutate(context, coordinator, std::move(event),
                [](const Effects&, const Coordinator::View&) { return absl::OkStatus(); });
}

// A query: `fill(view)` fills in the response.
template <typename Fill>
grpc::ServerUnaryReactor* Query(grpc::CallbackServerContext* context, Coordinator& coordinator,
                                Fill fill) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  coordinator.Read([reactor, fill = std::move(fill)](const Coordinator::View& view) {
    reactor->Finish(rpc::ToGrpc(fill(view)));
  });
  return reactor;
}

}  // namespace tricorn::server
