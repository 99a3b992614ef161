#include "server/gateway/state_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <utility>

#include "core/base/version.h"
#include "google/protobuf/descriptor.h"
#include "server/state/change.h"

namespace tricorn::server {
namespace {

using Families = std::vector<prometheus::MetricFamily>;
using Labels = std::vector<prometheus::ClientMetric::Label>;

class Family {
 public:
  Family(std::string name, std::string help,
         prometheus::MetricType type = prometheus::MetricType::Gauge) {
    family_.name = std::move(name);
    family_.help = std::move(help);
    family_.type = type;
  }
  Family& Add(double value, Labels labels = {}) {
    prometheus::ClientMetric& metric = family_.metric.emplace_back();
    metric.label = std::move(labels);
    metric.gauge.value = value;
    metric.counter.value = value;
    return *this;
  }
  void Into(Families* families) { families->push_back(std::move(family_)); }

 private:
  prometheus::MetricFamily family_;
};

// "JOB_STATE_RUNNING" as "running".
std::string LabelOf(const std::string& enum_name, size_t prefix_size) {
  std::string label = enum_name.substr(prefix_size);
  for (char& c : label) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return label;
}

// One sample for every state there is, so that none is absent when its count is 0.
void AddByState(Family family, const std::map<int, int>& counts,
                const google::protobuf::EnumDescriptor& states, size_t prefix_size,
                Families* families) {
  for (int i = 1; i < states.value_count(); ++i) {
    const auto found = counts.find(states.value(i)->number());
    family.Add(found == counts.end() ? 0 : found->second,
               {{"state", LabelOf(states.value(i)->name(), prefix_size)}});
  }
  family.Into(families);
}

void CollectJobs(const Coordinator::View& view, absl::Time now, Families* families) {
  std::map<int, int> counts;
  for (const auto& [id, record] : view.state.jobs) ++counts[record.job().state()];
  AddByState({"tricorn_coordinator_jobs", "Jobs known, by state."}, counts,
             *tricorn::v1::JobState_descriptor(), sizeof("JOB_STATE_") - 1, families);
  absl::Duration longest;
  Family step("tricorn_job_global_step", "Steps done by a running job.");
  Family epoch("tricorn_job_epoch", "Epoch, from 0, of a running job.");
  Family rate("tricorn_job_samples_per_second", "Throughput of a running job.");
  for (const std::string& id : view.state.active_jobs) {
    const JobRecord& record = view.state.jobs.at(id);
    if (record.job().state() == tricorn::v1::JOB_STATE_PENDING) {
      longest = std::max(longest, now - FromProto(record.pending_since()));
    }
    if (record.gang().empty()) continue;
    const auto live = view.live_progress.find(id);
    const tricorn::v1::Progress& progress =
        live == view.live_progress.end() ? record.job().progress() : live->second;
    step.Add(static_cast<double>(progress.global_step()), {{"job", id}});
    epoch.Add(progress.epoch(), {{"job", id}});
    rate.Add(progress.samples_per_second(), {{"job", id}});
  }
  Family("tricorn_coordinator_oldest_pending_job_seconds",
         "How long the pending job that waits longest has waited.")
      .Add(absl::ToDoubleSeconds(longest))
      .Into(families);
  step.Into(families);
  epoch.Into(families);
  rate.Into(families);
}

void CollectCluster(const State& state, Families* families) {
  std::map<int, int> workers, deployments;
  int slots = 0, predictor_slots = 0, trainers = 0, predictors = 0;
  for (const auto& [id, record] : state.workers) {
    ++workers[record.worker().state()];
    if (record.worker().state() == tricorn::v1::WORKER_STATE_LOST) continue;
    slots += record.worker().capacity().slots();
    predictor_slots += record.worker().capacity().predictor_slots();
  }
  for (const std::string& id : state.active_jobs) trainers += state.jobs.at(id).gang_size();
  for (const auto& [id, record] : state.deployments) {
    ++deployments[record.deployment().state()];
    predictors += record.replicas_size();
  }
  AddByState({"tricorn_coordinator_workers", "Workers known, by state."}, workers,
             *tricorn::v1::WorkerState_descriptor(), sizeof("WORKER_STATE_") - 1, families);
  AddByState({"tricorn_coordinator_deployments", "Deployments, by state."}, deployments,
             *tricorn::v1::DeploymentState_descriptor(), sizeof("DEPLOYMENT_STATE_") - 1, families);
  Family("tricorn_coordinator_slots", "Places for processes on the workers.")
      .Add(slots, {{"kind", "trainer"}})
      .Add(predictor_slots, {{"kind", "predictor"}})
      .Into(families);
  Family("tricorn_coordinator_slots_used", "Places that are taken.")
      .Add(trainers, {{"kind", "trainer"}})
      .Add(predictors, {{"kind", "predictor"}})
      .Into(families);
}

void CollectStorage(const State& state, Families* families) {
  double bytes = 0;
  for (const auto& [sha256, record] : state.blobs) {
    bytes += static_cast<double>(record.size_bytes());
  }
  Family("tricorn_coordinator_blobs", "Blobs stored.")
      .Add(static_cast<double>(state.blobs.size()))
      .Into(families);
  Family("tricorn_coordinator_blob_bytes", "Size of all blobs.").Add(bytes).Into(families);
  Family("tricorn_coordinator_models", "Models known.")
      .Add(static_cast<double>(state.models.size()))
      .Into(families);
  Family("tricorn_coordinator_datasets", "Datasets known.")
      .Add(static_cast<double>(state.datasets.size()))
      .Into(families);
}

// Names and meaning as in Prometheus's own client libraries.
void CollectProcess(Families* families) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double seconds =
      static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
      1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
  Family("process_cpu_seconds_total", "Total user and system CPU time.",
         prometheus::MetricType::Counter)
      .Add(seconds)
      .Into(families);
  int64_t total_pages = 0, resident_pages = 0;
  std::ifstream("/proc/self/statm") >> total_pages >> resident_pages;
  Family("process_resident_memory_bytes", "Resident memory size in bytes.")
      .Add(static_cast<double>(resident_pages * sysconf(_SC_PAGESIZE)))
      .Into(families);
}

}  // namespace

Families CollectState(const Coordinator::View& view, absl::Time now) {
  Families families;
  Family("tricorn_build_info", "The program, by its labels.")
      .Add(1, {{"program", "tricorn-coordinator"}, {"version", std::string(Version())}})
      .Into(&families);
  CollectJobs(view, now, &families);
  CollectCluster(view.state, &families);
  CollectStorage(view.state, &families);
  CollectProcess(&families);
  return families;
}

}  // namespace tricorn::server
