#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "server/coordinator/coordinator.h"

namespace tricorn::server {

// What Prometheus scrapes: counters that are fed as things happen, and gauges taken from the state
// when asked. Thread-safe.
class Metrics {
 public:
  static std::unique_ptr<Metrics> Create();
  virtual ~Metrics() = default;

  virtual void CallEnded(std::string_view method, int code, absl::Duration duration) = 0;
  virtual void LogAppended(size_t events, absl::Duration duration, bool ok) = 0;
  virtual void StateChanged(const Effects& effects) = 0;

  // The text exposition format.
  virtual std::string Render(const Coordinator::View& view, absl::Time now) = 0;
};

}  // namespace tricorn::server
