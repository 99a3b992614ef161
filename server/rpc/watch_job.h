#pragma once

#include "grpcpp/grpcpp.h"
#include "server/coordinator/coordinator.h"
#include "server/rpc/feed_reader.h"
#include "tricorn/v1/job.pb.h"

namespace tricorn::server {

// The stream of JobService.WatchJob. Deletes itself when the call is over; `reader` outlives it.
grpc::ServerWriteReactor<tricorn::v1::JobEvent>* NewJobWatch(
    Coordinator& coordinator, FeedReader& reader, const tricorn::v1::WatchJobRequest& request);

}  // namespace tricorn::server
