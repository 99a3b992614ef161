#include "worker/agent/agent_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/registry.h>

#include <signal.h>

#include <exception>
#include <limits>
#include <utility>

#include "core/backend/nvml.h"
#include "core/base/status.h"
#include "core/base/version.h"
#include "worker/predictor/predictor_stats.h"

namespace tricorn::worker {
namespace {

constexpr const char* kKinds[] = {"trainer", "predictor"};
constexpr const char* kOutcomes[] = {"ok", "failed", "killed"};

std::string OutcomeOf(const ProcessExit& exit) {
  if (exit.requested && exit.exit_code == 128 + SIGTERM) return "ok";
  if (exit.exit_code > 128) return "killed";
  return exit.exit_code == 0 ? "ok" : "failed";
}

prometheus::ClientMetric Sample(std::vector<prometheus::ClientMetric::Label> labels, double value) {
  prometheus::ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = value;
  return metric;
}

prometheus::MetricFamily Family(const char* name, const char* help, prometheus::MetricType type) {
  return {name, help, type, {}};
}

// What the predictor processes say of themselves.
std::vector<prometheus::MetricFamily> PredictorFamilies(
    const std::vector<Supervisor::Running>& running) {
  using prometheus::MetricType;
  auto requests = Family("tricorn_worker_predict_requests_total",
                         "Predict requests that were answered.", MetricType::Counter);
  auto duration = Family("tricorn_worker_predict_duration_seconds",
                         "From a predict request to its answer.", MetricType::Histogram);
  auto batches = Family("tricorn_worker_predict_batches_total", "Batches that were computed.",
                        MetricType::Counter);
  auto rows = Family("tricorn_worker_predict_batch_rows_total",
                     "Rows of those batches, without padding.", MetricType::Counter);
  auto queued = Family("tricorn_worker_predict_queued_rows", "Rows that wait for a batch.",
                       MetricType::Gauge);
  for (const Supervisor::Running& process : running) {
    const absl::StatusOr<Json> json = Json::Parse(process.status);
    PredictorStats stats;
    if (!json.ok() || !FromJson(*json, &stats).ok()) continue;  // a trainer, or not there yet
    const std::vector<prometheus::ClientMetric::Label> labels = {{"deployment", stats.deployment},
                                                                 {"replica", stats.replica}};
    auto counter = [&](prometheus::MetricFamily& family, int64_t value) {
      family.metric.emplace_back().label = labels;
      family.metric.back().counter.value = static_cast<double>(value);
    };
    for (const auto& [code, count] : stats.requests) {
      counter(requests, count);
      requests.metric.back().label.push_back({"code", code});
    }
    counter(batches, stats.batches);
    counter(rows, stats.batch_rows);
    queued.metric.push_back(Sample(labels, static_cast<double>(stats.queued_rows)));
    prometheus::ClientMetric& histogram = duration.metric.emplace_back();
    histogram.label = labels;
    histogram.histogram.sample_sum = stats.latency_sum_seconds;
    for (size_t i = 0; i < PredictorStats::kNumBuckets; ++i) {
      histogram.histogram.sample_count += static_cast<uint64_t>(stats.latency_counts[i]);
      histogram.histogram.bucket.push_back(
          {.cumulative_count = histogram.histogram.sample_count,
           .upper_bound = i < std::size(PredictorStats::kBounds)
                              ? PredictorStats::kBounds[i]
                              : std::numeric_limits<double>::infinity()});
    }
  }
  return {requests, duration, batches, rows, queued};
}

std::vector<prometheus::MetricFamily> GpuFamilies() {
  using prometheus::MetricType;
  auto utilization = Family("tricorn_worker_gpu_utilization",
                            "Share of the time in which the GPU ran something.", MetricType::Gauge);
  auto used = Family("tricorn_worker_gpu_memory_used_bytes",
                     "Memory of the GPU that is in use, whoever uses it.", MetricType::Gauge);
  auto total = Family("tricorn_worker_gpu_memory_bytes", "Memory of the GPU.", MetricType::Gauge);
  int index = 0;
  for (const backend::GpuState& gpu : backend::ReadGpus()) {
    const std::vector<prometheus::ClientMetric::Label> labels = {{"gpu", std::to_string(index++)},
                                                                 {"name", gpu.name}};
    utilization.metric.push_back(Sample(labels, gpu.utilization));
    used.metric.push_back(Sample(labels, static_cast<double>(gpu.memory_used)));
    total.metric.push_back(Sample(labels, static_cast<double>(gpu.memory_total)));
  }
  return {utilization, used, total};
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
    std::vector<prometheus::MetricFamily> families = PredictorFamilies(running);
    families.insert(families.end(), {build, registered, processes, resident});
    for (prometheus::MetricFamily& family : GpuFamilies()) families.push_back(std::move(family));
    return families;
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
