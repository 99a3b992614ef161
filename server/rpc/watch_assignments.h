#pragma once

#include "grpcpp/grpcpp.h"
#include "server/coordinator/coordinator.h"
#include "tricorn/v1/worker.pb.h"

namespace tricorn::server {

// The stream of WorkerService.WatchAssignments. Deletes itself when the call is over.
grpc::ServerWriteReactor<tricorn::v1::AssignmentSet>* NewAssignmentWatch(
    Coordinator& coordinator, const tricorn::v1::WatchAssignmentsRequest& request);

}  // namespace tricorn::server
