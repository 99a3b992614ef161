#include "worker/agent/agent_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/registry.h>

#include <exception>
#include <utility>

#include "core/base/status.h"
#include "core/base/version.h"

namespace tricorn::worker {
namespace {

constexpr const char* kKinds[] = {"trainer", "predictor"};
constexpr const char* kOutcomes[] = {"ok", "failed", "killed"};

std::string OutcomeOf(const ProcessExit& exit) {
  if (exit.exit_code > 128) return "killed";
  return exit.exit_code == 0 ? "ok" : "failed";
}

prometheus::ClientMetric Sample(std::vector<prometheus::ClientMetric::Label> labels, double value) {
  prometheus::ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = value;
  return metric;
}

// Gauges that are computed when asked for.
class Gauges : public prometheus::Collectable {
 public:
  explicit Gauges(AgentMetrics::Sources sources) : sources_(std::move(sources)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    prometheus::MetricFamily build{
        "tricorn_build_info",
        "The program, by its labels.",
        prometheus::MetricType::Gauge,
        {Sample({{"program", "tricorn-worker"}, {"version", std::string(Version())}}, 1)}};
    prometheus::MetricFamily registered{"tricorn_worker_registered",
                                        "1 while the coordinator knows this worker.",
                                        prometheus::MetricType::Gauge,
                                        {Sample({}, sources_.registered() ? 1 : 0)}};
    prometheus::MetricFamily processes{
        "tricorn_worker_processes", "Child processes that run.", prometheus::MetricType::Gauge, {}};
    prometheus::MetricFamily resident{"tricorn_worker_process_resident_bytes",
                                      "Resident memory of the child processes together.",
                                      prometheus::MetricType::Gauge,
                                      {}};
    const std::vector<Supervisor::Running> running = sources_.running();
    for (const char* kind : kKinds) {
      double count = 0, bytes = 0;
      for (const Supervisor::Running& process : running) {
        if (process.kind != kind) continue;
        count += 1;
        bytes += static_cast<double>(process.resident_bytes);
      }
      processes.metric.push_back(Sample({{"kind", kind}}, count));
      resident.metric.push_back(Sample({{"kind", kind}}, bytes));
    }
    return {build, registered, processes, resident};
  }

 private:
  const AgentMetrics::Sources sources_;
};

}  // namespace

struct AgentMetrics::Impl {
  Impl(const std::string& address, Sources sources)
      : host(address.substr(0, address.rfind(':'))),
        gauges(std::make_shared<Gauges>(std::move(sources))),
        registry(std::make_shared<prometheus::Registry>()),
        exits(prometheus::BuildCounter()
                  .Name("tricorn_worker_process_exits_total")
                  .Help("Child processes that ended.")
                  .Register(*registry)),
        exposer(address, /*num_threads=*/2) {
    for (const char* kind : kKinds) {
      for (const char* outcome : kOutcomes) exits.Add({{"kind", kind}, {"outcome", outcome}});
    }
    exposer.RegisterCollectable(gauges);
    exposer.RegisterCollectable(registry);
  }

  const std::string host;
  const std::shared_ptr<Gauges> gauges;
  const std::shared_ptr<prometheus::Registry> registry;
  prometheus::Family<prometheus::Counter>& exits;
  prometheus::Exposer exposer;
};

absl::StatusOr<std::unique_ptr<AgentMetrics>> AgentMetrics::Listen(const std::string& address,
                                                                   Sources sources) {
  try {
    return std::unique_ptr<AgentMetrics>(
        new AgentMetrics(std::make_unique<Impl>(address, std::move(sources))));
  } catch (const std::exception& error) {
    return Unavailable("http-listen {}: expected a free host:port, received: {}", address,
                       error.what());
  }
}

AgentMetrics::AgentMetrics(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AgentMetrics::~AgentMetrics() = default;

void AgentMetrics::CountExit(const ProcessExit& exit) {
  impl_->exits.Add({{"kind", exit.kind}, {"outcome", OutcomeOf(exit)}}).Increment();
}

std::string AgentMetrics::address() const {
  const std::vector<int> ports = impl_->exposer.GetListeningPorts();
  return fmt::format("{}:{}", impl_->host, ports.empty() ? 0 : ports[0]);
}

}  // namespace tricorn::worker
