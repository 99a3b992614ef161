#pragma once

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"

// Timing as the peers' harness does it.

namespace tricorn::bench {

using Call = std::function<absl::Status()>;

// Seconds a step.
struct StepTimes {
  double median = 0;
  double lowest = 0;
  double highest = 0;
  int64_t steps = 0;
  int64_t chunks = 0;
};
// The median over chunks of at least 0.12 s of back-to-back steps, `synchronize` at the end of each
// only; at least 6 chunks and `budget_s`.
absl::StatusOr<StepTimes> MeasureSteps(const Call& step, const Call& synchronize, double budget_s);

// Seconds a call.
struct Latency {
  double p50 = 0;
  double p99 = 0;
  int64_t calls = 0;
};
// Single calls, each finished before the next: 3 untimed, then up to `most` calls or `budget_s`.
absl::StatusOr<Latency> MeasureLatency(const Call& call, double budget_s, int64_t most);

double NowSeconds();         // of a clock that only goes forward
double SecondsSinceEpoch();  // wall time
// A line of /proc/self/status ("VmRSS", "VmHWM") in MiB; 0 when there is none.
double MemoryMib(const char* line);

}  // namespace tricorn::bench
