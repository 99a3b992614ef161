#include <utility>

#include "client/lib/client_impl.h"
#include "client/lib/convert.h"
#include "client/lib/names.h"
#include "core/base/status.h"
#include "tricorn/v1/predict.grpc.pb.h"

namespace tricorn::client {

std::future<absl::StatusOr<Prediction>> Client::PredictAsync(const std::string& target,
                                                             const std::vector<NamedTensor>& inputs,
                                                             const CallOptions& options) const {
  absl::StatusOr<v1::PredictRequest> request =
      ToProto(target.starts_with("deployments/") ? target : ResourceName("models", target), inputs);
  if (!request.ok()) {
    std::promise<absl::StatusOr<Prediction>> refused;
    refused.set_value(request.status());
    return refused.get_future();
  }
  return impl_->Start<v1::PredictService>(
      &v1::PredictService::StubInterface::async_interface::Predict, *std::move(request), options,
      [](const v1::PredictResponse& response) { return FromProto(response); });
}

absl::StatusOr<Prediction> Client::Predict(const std::string& target,
                                           const std::vector<NamedTensor>& inputs,
                                           const CallOptions& options) const {
  return PredictAsync(target, inputs, options).get();
}

}  // namespace tricorn::client
