#include "client/lib/client_impl.h"
#include "client/lib/convert.h"
#include "client/lib/names.h"
#include "core/base/status.h"
#include "tricorn/v1/predict.grpc.pb.h"

namespace tricorn::client {
namespace {

using Deployments = v1::DeploymentService::StubInterface::async_interface;

}  // namespace

absl::StatusOr<std::vector<Deployment>> Client::ListDeployments(const CallOptions& options) const {
  std::vector<Deployment> deployments;
  RETURN_IF_ERROR(ForEachPage(
      [&](const std::string& token) {
        v1::ListDeploymentsRequest request;
        request.set_page_token(token);
        return impl_->Call<v1::DeploymentService>(&Deployments::ListDeployments, std::move(request),
                                                  options);
      },
      [&](const v1::ListDeploymentsResponse& page) {
        for (const v1::Deployment& deployment : page.deployments()) {
          deployments.push_back(FromProto(deployment));
        }
      }));
  return deployments;
}

absl::Status Client::DeleteDeployment(const std::string& name, const CallOptions& options) const {
  v1::DeleteDeploymentRequest request;
  request.set_name(ResourceName("deployments", name));
  request.set_request_id(RequestId(options));
  return impl_
      ->Call<v1::DeploymentService>(&Deployments::DeleteDeployment, std::move(request), options)
      .status();
}

}  // namespace tricorn::client
