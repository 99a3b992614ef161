#include "server/rpc/predict_routes.h"

#include <utility>

#include "core/base/sha256.h"
#include "core/base/status.h"
#include "server/state/models.h"
#include "server/state/names.h"

namespace tricorn::server {
namespace {

constexpr absl::Duration kRouteLife = absl::Milliseconds(250);
constexpr absl::Duration kPoll = absl::Milliseconds(20);
constexpr int kIdleSeconds = 300;

// The deployment that serves the target: null when it is a model that none serves yet, whose
// version is then set.
absl::StatusOr<const DeploymentRecord*> FindDeployment(const State& state,
                                                       const std::string& target,
                                                       std::string* version) {
  if (target.rfind("deployments/", 0) == 0) {
    ASSIGN_OR_RETURN(const std::string id, ParseName("deployments", target));
    const DeploymentRecord* record = server::Find(state.deployments, id);
    if (record == nullptr) return NotFound("deployments/{}: no such deployment", id);
    return record;
  }
  if (target.rfind("models/", 0) != 0) {
    return InvalidArgument(
        "target: expected deployments/{{id}}, models/{{id}} or models/{{id}}/versions/{{number}}, "
        "received '{}'",
        target.substr(0, 100));
  }
  const bool has_version = target.find("/versions/") != target.npos;
  ASSIGN_OR_RETURN(const tricorn::v1::ModelVersion* found,
                   FindVersion(state, has_version ? target : target + "/versions/latest"));
  *version = found->name();
  for (const auto& [id, record] : state.deployments) {
    if (record.deployment().model_version() == found->name()) return &record;
  }
  return nullptr;
}

std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

}  // namespace

std::string PredictRoutes::Known(const std::string& target) {
  MutexLock lock(&mu_);
  const auto it = routes_.find(target);
  if (it == routes_.end() || absl::Now() >= it->second.expiry) return "";
  Route& route = it->second;
  return route.addresses[++route.next % route.addresses.size()];
}

void PredictRoutes::Find(Request request) {
  const std::string known = Known(request.target);
  if (!known.empty()) {
    request.answer(known);
    return;
  }
  coordinator_.Read(
      [this, request = std::move(request)](const Coordinator::View& view) { Look(request, view); });
}

void PredictRoutes::Look(Request request, const Coordinator::View& view) {
  const Answer& answer = request.answer;
  if (request.is_abandoned()) {
    answer(absl::CancelledError("the caller went away"));
    return;
  }
  std::string version;
  const absl::StatusOr<const DeploymentRecord*> found =
      FindDeployment(view.state, request.target, &version);
  if (!found.ok()) {
    answer(found.status());
    return;
  }
  if (*found == nullptr) {
    Deploy(std::move(request), version);
    return;
  }
  const tricorn::v1::Deployment& deployment = (*found)->deployment();
  if (deployment.state() == tricorn::v1::DEPLOYMENT_STATE_FAILED) {
    answer(FailedPrecondition("{}: cannot be served: {}", deployment.name(),
                              deployment.failure().message()));
    return;
  }
  coordinator_.UseDeployment(IdOf(deployment.name()));
  const std::string address = Remember(request.target, deployment);
  if (!address.empty()) {
    answer(address);
    return;
  }
  if (absl::Now() + kPoll >= request.deadline) {
    answer(
        Unavailable("{}: no replica is ready: {}", deployment.name(), deployment.pending_reason()));
    return;
  }
  coordinator_.RunAfter(kPoll, [this, request = std::move(request)] {
    coordinator_.Read([this, request](const Coordinator::View& now) { Look(request, now); });
  });
}

void PredictRoutes::Deploy(Request request, const std::string& version) {
  Event event;
  auto& create = *event.mutable_create_deployment();
  // One name per version, so that requests at the same time deploy it once.
  create.set_deployment_id("auto-" + Sha256Hex(version).substr(0, 12));
  create.mutable_deployment()->set_model_version(version);
  create.mutable_deployment()->mutable_idle_ttl()->set_seconds(kIdleSeconds);
  create.mutable_deployment()->set_on_demand(true);
  coordinator_.Submit(std::move(event), [this, request = std::move(request)](
                                            const Effects& effects, const Coordinator::View& view) {
    std::string version;
    const auto found = FindDeployment(view.state, request.target, &version);
    if (effects.status.ok() || (found.ok() && *found != nullptr)) {
      Look(request, view);
    } else {  // what has the name serves something else, say
      request.answer(effects.status);
    }
  });
}

std::string PredictRoutes::Remember(const std::string& target,
                                    const tricorn::v1::Deployment& deployment) {
  Route route;
  for (const tricorn::v1::Replica& replica : deployment.replicas()) {
    if (replica.ready()) route.addresses.push_back(replica.address());
  }
  if (route.addresses.empty()) return "";
  route.expiry = absl::Now() + kRouteLife;
  MutexLock lock(&mu_);
  route.next = routes_[target].next + 1;
  Route& kept = routes_[target] = std::move(route);
  return kept.addresses[kept.next % kept.addresses.size()];
}

void PredictRoutes::Forget(const std::string& target) {
  MutexLock lock(&mu_);
  routes_.erase(target);
}

}  // namespace tricorn::server
