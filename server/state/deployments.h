#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "server/state/assignments.h"
#include "server/state/change.h"
#include "tricorn/v1/predict.pb.h"
#include "tricorn/v1/worker.pb.h"

namespace tricorn::server {

absl::Status CreateDeployment(Change& change, const tricorn::v1::CreateDeploymentRequest& request);
absl::Status UpdateDeployment(Change& change, const tricorn::v1::UpdateDeploymentRequest& request);
absl::Status DeleteDeployment(Change& change, const tricorn::v1::DeleteDeploymentRequest& request);
// Ends the deployments that requests made of a version of which `serves` says that it matters.
void EndOnDemand(Change& change, const std::function<bool(const std::string& version)>& serves);

// The replica listens: it takes over from those of older generations.
// Errors: Aborted with reason STALE_GENERATION.
absl::Status ReplicaReady(Change& change, const AssignmentId& id,
                          const tricorn::v1::ReportPredictorReadyRequest& request);
// The replica's process ended: it is replaced, or the deployment has failed.
void ReplicaExited(Change& change, const AssignmentId& id,
                   const tricorn::v1::ReportExitRequest& request);
// The worker is lost, and its replicas with it.
void RemoveReplicasOf(Change& change, const std::string& worker_id);

// Gives every deployment the replicas it lacks, as far as workers have room.
void PlaceReplicas(Change& change);

}  // namespace tricorn::server
