#pragma once

#include "absl/status/status.h"
#include "tricorn/v1/job.pb.h"

namespace tricorn::worker {

// What the coordinator is told of an error. Bad input is not retryable: another attempt would end
// the same way. A lost rank, a full disk, exhausted memory and defects are. A message is cut at 16
// KB and made UTF-8, whatever it quotes.
v1::Failure FailureOf(const absl::Status& error);

}  // namespace tricorn::worker
