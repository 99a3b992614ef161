#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/trace.h"

namespace tricorn::backend::cuda {

// What GPUs do for this process from its creation to Stop, as NVIDIA's profiling library (CUPTI)
// sees it: kernels of replayed graphs too. Slows launches while it lives. One at a time.
class ActivityTrace : public Trace {
 public:
  // Errors: NotFound where the library is not installed, FailedPrecondition while another trace
  // lives.
  static absl::StatusOr<std::unique_ptr<Trace>> Start();
  ~ActivityTrace() override;
  ActivityTrace(const ActivityTrace&) = delete;
  ActivityTrace& operator=(const ActivityTrace&) = delete;

  absl::StatusOr<std::vector<TraceEvent>> Stop() override;

 private:
  ActivityTrace() = default;
};

}  // namespace tricorn::backend::cuda
