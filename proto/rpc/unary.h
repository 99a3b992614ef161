#pragma once

#include <chrono>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "proto/rpc/status.h"

namespace tricorn::rpc {

// One unary call: Unary(*stub, &Service::Stub::Method, request, &response, timeout).
template <typename Stub, typename Context, typename Request, typename Response>
absl::Status Unary(Stub& stub, grpc::Status (Stub::*method)(Context*, const Request&, Response*),
                   const Request& request, Response* response, absl::Duration timeout) {
  Context context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  return FromGrpc((stub.*method)(&context, request, response));
}

}  // namespace tricorn::rpc
