#include "server/gateway/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>

#include "server/gateway/state_metrics.h"

namespace tricorn::server {
namespace {

const prometheus::Histogram::BucketBoundaries kSeconds = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

// google.rpc.Code in words, as gRPC's own metrics have them.
const char* const kCodes[] = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

class PrometheusMetrics : public Metrics {
 public:
  void CallEnded(std::string_view method, int code, absl::Duration duration) override {
    // "/tricorn.v1.JobService/GetJob"
    const size_t slash = method.rfind('/');
    const size_t dot = method.rfind('.', slash);
    if (slash == method.npos || dot == method.npos) return;
    const std::string service(method.substr(dot + 1, slash - dot - 1));
    const std::string name(method.substr(slash + 1));
    const char* code_name = code >= 0 && code <= 16 ? kCodes[code] : "UNKNOWN";
    calls_.Add({{"service", service}, {"method", name}, {"code", code_name}}).Increment();
    // Streams last as long as their watchers like.
    if (name.rfind("Watch", 0) == 0) return;
    call_seconds_.Add({{"service", service}, {"method", name}}, kSeconds)
        .Observe(absl::ToDoubleSeconds(duration));
  }

  void LogAppended(size_t events, absl::Duration duration, bool ok) override {
    append_seconds_.Observe(absl::ToDoubleSeconds(duration));
    if (ok) {
      events_.Increment(static_cast<double>(events));
    } else {
      append_failures_.Increment();
    }
  }

  void StateChanged(const Effects& effects) override {
    restarts_.Increment(static_cast<double>(effects.restarted_jobs.size()));
    for (const FeedEntry& entry : effects.feed) {
      if (!entry.event.has_job()) continue;
      const auto found = finished_.find(entry.event.job().state());
      if (found != finished_.end()) found->second->Increment();
    }
  }

  std::string Render(const Coordinator::View& view, absl::Time now) override {
    std::vector<prometheus::MetricFamily> families = registry_.Collect();
    for (prometheus::MetricFamily& family : CollectState(view, now)) {
      families.push_back(std::move(family));
    }
    return prometheus::TextSerializer().Serialize(families);
  }

 private:
  prometheus::Family<prometheus::Counter>& Counters(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry_);
  }
  prometheus::Family<prometheus::Histogram>& Histograms(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry_);
  }

  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& calls_ = Counters(
      "tricorn_coordinator_rpc_requests_total", "RPCs that ended, by service, method and code.");
  prometheus::Family<prometheus::Histogram>& call_seconds_ =
      Histograms("tricorn_coordinator_rpc_duration_seconds",
                 "Time from a request to its status; watching streams are left out.");
  prometheus::Histogram& append_seconds_ =
      Histograms("tricorn_coordinator_log_append_seconds", "Time to put a batch of events on disk.")
          .Add({}, kSeconds);
  prometheus::Counter& events_ =
      Counters("tricorn_coordinator_log_events_total", "Events put on disk.").Add({});
  prometheus::Counter& append_failures_ = Counters("tricorn_coordinator_log_failures_total",
                                                   "Batches that the log refused (disk full).")
                                              .Add({});
  prometheus::Counter& restarts_ = Counters("tricorn_coordinator_job_restarts_total",
                                            "Gangs replaced after a failure or a lost worker.")
                                       .Add({});
  prometheus::Family<prometheus::Counter>& finished_family_ =
      Counters("tricorn_coordinator_jobs_finished_total", "Jobs that ended, by final state.");
  const std::map<int, prometheus::Counter*> finished_ = {
      {tricorn::v1::JOB_STATE_SUCCEEDED, &finished_family_.Add({{"state", "succeeded"}})},
      {tricorn::v1::JOB_STATE_FAILED, &finished_family_.Add({{"state", "failed"}})},
      {tricorn::v1::JOB_STATE_CANCELLED, &finished_family_.Add({{"state", "cancelled"}})}};
};

}  // namespace

std::unique_ptr<Metrics> Metrics::Create() { return std::make_unique<PrometheusMetrics>(); }

}  // namespace tricorn::server
