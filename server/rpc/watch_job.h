#pragma once

#include "grpcpp/grpcpp.h"
#include "server/coordinator/coordinator.h"
#include "tricorn/v1/job.pb.h"

namespace tricorn::server {

// The stream of JobService.WatchJob. Deletes itself when the call is over.
grpc::ServerWriteReactor<tricorn::v1::JobEvent>* NewJobWatch(
    Coordinator& coordinator, const tricorn::v1::WatchJobRequest& request);

}  // namespace tricorn::server
