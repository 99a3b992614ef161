#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/keras/serialization/registry.h"
#include "core/keras/training/callback.h"
#include "tricorn/v1/job_spec.pb.h"

namespace tricorn::worker {

inline constexpr size_t kMaxCallbacks = 64;

// The callbacks that a job's fit has, made of its JSON: those that watch logs and change training,
// and an operator's own. TerminateOnNaN is left out: every job ends at such a loss.
// Errors: InvalidArgument, NotFound naming the callback; Unimplemented for those that write files,
// which the service does in ways of its own.
absl::StatusOr<std::vector<std::shared_ptr<keras::Callback>>> MakeJobCallbacks(
    const v1::FitArgs& args, const keras::Registries& objects);

}  // namespace tricorn::worker
