#pragma once

#include "absl/status/status.h"
#include "core/backend/device.h"
#include "tests/bench/engine/options.h"
#include "tests/bench/engine/results.h"
#include "tests/bench/engine/workload.h"

namespace tricorn::bench {

// Trains, fits and predicts a workload on `device`, all in a fresh process, and writes what it
// measures as soon as it is known. `waited_s`: for the GPU's lock. Errors: those of the model and
// the device.
absl::Status MeasureWorkload(backend::Device& device, const Workload& workload,
                             const Options& options, double waited_s, Results& results);

// The time of each node over Options::profile_steps steps, as a result line and, as a table, on
// standard error. Apart from what is measured: looking at the clock takes time.
absl::Status ProfileWorkload(backend::Device& device, const Workload& workload,
                             const Options& options, Results& results);

// Makes the model, fits it for 20 steps and drops it, Options::jobs times: how much more memory
// host and device hold at the end than after the first tenth.
absl::Status MeasureMemoryGrowth(backend::Device& device, const Workload& workload,
                                 const Options& options, Results& results);

// What the GPU does in three steps, as they run in training: a timeline at Options::trace and a
// table of kernels on standard error. Errors: those of StartCudaTrace.
absl::Status TraceWorkload(backend::Device& device, const Workload& workload,
                           const Options& options);

}  // namespace tricorn::bench
