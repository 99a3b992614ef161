#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tricorn::backend {

// Something that a device did, for a timeline.
struct TraceEvent {
  std::string name;  // of the kernel, or "copy to device", "copy to host", "copy", "fill"
  int stream = 0;
  int64_t start_ns = 0;
  int64_t end_ns = 0;
  int64_t nbytes = 0;  // of a copy or fill
};

// A look at what a device does, from its making on.
class Trace {
 public:
  virtual ~Trace() = default;
  // All that the device did; its work is synchronized already. Once.
  virtual absl::StatusOr<std::vector<TraceEvent>> Stop() = 0;
};

// JSON that chrome://tracing and Perfetto show: a row a stream, and one of the gaps in which no
// stream did anything. Times count from the first event.
std::string ChromeTrace(std::span<const TraceEvent> events);

// A table of the time that events of one name took together, a step of `steps`, longest first.
std::string KernelTable(std::span<const TraceEvent> events, int64_t steps);

}  // namespace tricorn::backend
