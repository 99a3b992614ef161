#include "server/rpc/call_observer.h"

#include <utility>

#include "absl/time/clock.h"
#include "grpcpp/support/status.h"

namespace tricorn::server {
namespace {

using grpc::experimental::InterceptionHookPoints;

class CallObserver : public grpc::experimental::Interceptor {
 public:
  CallObserver(const ObserveCall& observe, std::string_view method)
      : observe_(observe), method_(method) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      observe_(method_, methods->GetSendStatus().error_code(), absl::Now() - start_);
    }
    methods->Proceed();
  }

 private:
  const ObserveCall& observe_;
  const std::string_view method_;
  const absl::Time start_ = absl::Now();
};

class Factory : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit Factory(ObserveCall observe) : observe_(std::move(observe)) {}
  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override {
    return new CallObserver(observe_, info->method());
  }

 private:
  const ObserveCall observe_;
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> NewCallObserver(
    ObserveCall observe) {
  return std::make_unique<Factory>(std::move(observe));
}

}  // namespace tricorn::server
