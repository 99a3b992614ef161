#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "absl/time/time.h"
#include "grpcpp/support/server_interceptor.h"

namespace tricorn::server {

// Tells `observe` about every call that ends, whatever its service.
using ObserveCall = std::function<void(std::string_view method, int code, absl::Duration duration)>;
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> NewCallObserver(
    ObserveCall observe);

}  // namespace tricorn::server
