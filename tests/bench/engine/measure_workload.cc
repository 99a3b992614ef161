#include "tests/bench/engine/measure_workload.h"

#include <algorithm>
#include <cstdio>

#include "core/backend/cuda_loader.h"
#include "core/backend/trace.h"
#include "core/base/env.h"
#include "core/base/status.h"
#include "tests/bench/engine/measure.h"
#include "tests/bench/engine/profiling_device.h"
#include "tests/bench/engine/session.h"

namespace tricorn::bench {
namespace {

constexpr double kMib = 1024 * 1024;

bool Wants(const Options& options, std::string_view what) {
  return std::find(options.measure.begin(), options.measure.end(), what) != options.measure.end();
}

double UnitsPerBatch(const Workload& workload) {
  return static_cast<double>(workload.batch * workload.units_per_sample());
}

absl::Status AddDeviceMemory(backend::Device& device, const Workload& workload, Results& results) {
  const absl::StatusOr<backend::MemoryUse> memory = device.Memory();
  if (absl::IsUnimplemented(memory.status())) return absl::OkStatus();
  RETURN_IF_ERROR(memory.status());
  RETURN_IF_ERROR(results.Add(workload, "train_peak_alloc",
                              static_cast<double>(memory->peak_allocated) / kMib, "MiB",
                              {{"fresh", true}}));
  if (memory->process == 0) return absl::OkStatus();
  return results.Add(workload, "train_gpu_process", static_cast<double>(memory->process) / kMib,
                     "MiB", {{"fresh", true}});
}

// Seconds a step.
absl::StatusOr<double> MeasureTraining(Session& session, const Workload& workload,
                                       const Options& options, Results& results) {
  const auto step = [&] { return session.Step(); };
  const auto synchronize = [&] { return session.Synchronize(); };
  for (int i = 0; i < 3; ++i) RETURN_IF_ERROR(step());
  RETURN_IF_ERROR(synchronize());
  ASSIGN_OR_RETURN(const StepTimes times, MeasureSteps(step, synchronize, options.budget_s()));
  ASSIGN_OR_RETURN(const double loss, session.Loss());
  RETURN_IF_ERROR(results.Add(workload, "train_step", times.median * 1e6, "us",
                              {{"lo_us", times.lowest * 1e6},
                               {"hi_us", times.highest * 1e6},
                               {"steps", times.steps},
                               {"chunks", times.chunks},
                               {"loss", loss}}));
  RETURN_IF_ERROR(results.Add(workload, "train_throughput", UnitsPerBatch(workload) / times.median,
                              workload.unit()));
  RETURN_IF_ERROR(
      results.Add(workload, "train_rate", workload.TrainFlops() / times.median / 1e12, "TFLOP/s"));
  return times.median;
}

// An epoch of the harness's length over host arrays: once untimed, then the better of two.
absl::Status MeasureFit(Session& session, const Workload& workload, double step_s,
                        const Options& options, Results& results) {
  const auto nbytes = static_cast<double>(RandomInputs(workload, workload.batch).nbytes());
  const double most = std::min({std::max(1 / step_s, 4.0), 1.5e9 / nbytes, 400.0});
  const int64_t steps = options.smoke ? 3 : std::max<int64_t>(static_cast<int64_t>(most), 4);
  RETURN_IF_ERROR(session.PrepareFit(steps));
  RETURN_IF_ERROR(session.Fit());
  double seconds[2] = {};
  for (double& time : seconds) {
    const double start = NowSeconds();
    RETURN_IF_ERROR(session.Fit());
    time = (NowSeconds() - start) / static_cast<double>(steps);
  }
  return results.Add(workload, "host_fit_step", std::min(seconds[0], seconds[1]) * 1e6, "us",
                     {{"steps", steps}, {"hi_us", std::max(seconds[0], seconds[1]) * 1e6}});
}

absl::Status MeasurePredict(Session& session, const Workload& workload, const Options& options,
                            Results& results) {
  const auto predict = [&] { return session.Predict(); };
  RETURN_IF_ERROR(session.PreparePredict(1));
  ASSIGN_OR_RETURN(const Latency one, MeasureLatency(predict, options.budget_s() * 0.6, 400));
  const Json::Object more{{"call", "predict"}, {"predict_batch", 1}, {"n", one.calls}};
  RETURN_IF_ERROR(results.Add(workload, "predict_latency_p50", one.p50 * 1e6, "us", more));
  RETURN_IF_ERROR(results.Add(workload, "predict_latency_p99", one.p99 * 1e6, "us", more));
  RETURN_IF_ERROR(session.PreparePredict(workload.batch));
  ASSIGN_OR_RETURN(const Latency batch, MeasureLatency(predict, options.budget_s() / 2, 50));
  return results.Add(workload, "predict_throughput", UnitsPerBatch(workload) / batch.p50,
                     workload.unit(),
                     {{"call", "predict"}, {"predict_batch", workload.batch}, {"n", batch.calls}});
}

// The time of a run by node.
absl::Status AddProfile(const ProfilingDevice& profiling, const Workload& workload,
                        const Options& options, std::string_view metric, Results& results) {
  const auto us = [&](int64_t ns) {
    return static_cast<double>(ns) * 1e-3 / static_cast<double>(options.profile_steps);
  };
  constexpr size_t kTop = 30;
  const std::vector<ProfilingDevice::Part> nodes = profiling.Longest();
  int64_t total_ns = 0;
  Json::Array top;
  for (const ProfilingDevice::Part& node : nodes) {
    total_ns += node.ns;
    if (top.size() < kTop) top.push_back(Json::Array{node.name, us(node.ns)});
  }
  Json::Object by_op;
  for (const ProfilingDevice::Part& op : profiling.ByOp()) by_op.emplace_back(op.name, us(op.ns));
  return results.Add(workload, metric, us(total_ns), "us",
                     {{"kernels", static_cast<int64_t>(nodes.size())},
                      {"by_category_us", std::move(by_op)},
                      {"top", std::move(top)}});
}

}  // namespace

absl::Status MeasureWorkload(backend::Device& device, const Workload& workload,
                             const Options& options, double waited_s, Results& results) {
  RETURN_IF_ERROR(device.ResetPeakMemory());
  const double start = NowSeconds();
  ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                   Session::Make(device, workload, options.num_threads));
  const double built = NowSeconds();
  RETURN_IF_ERROR(session->Step());
  RETURN_IF_ERROR(session->Synchronize());
  RETURN_IF_ERROR(
      results.Add(workload, "start_to_first_step", SecondsSinceEpoch() - options.start_s - waited_s,
                  "s", {{"build_s", built - start}, {"first_step_s", NowSeconds() - built}}));
  RETURN_IF_ERROR(results.Add(workload, "host_rss", MemoryMib("VmRSS"), "MiB"));
  ASSIGN_OR_RETURN(const double step_s, MeasureTraining(*session, workload, options, results));
  RETURN_IF_ERROR(AddDeviceMemory(device, workload, results));
  RETURN_IF_ERROR(results.Add(workload, "host_rss_peak", MemoryMib("VmHWM"), "MiB"));
  if (Wants(options, "fit")) {
    RETURN_IF_ERROR(MeasureFit(*session, workload, step_s, options, results));
  }
  if (!Wants(options, "predict")) return absl::OkStatus();
  return MeasurePredict(*session, workload, options, results);
}

absl::Status ProfileWorkload(backend::Device& device, const Workload& workload,
                             const Options& options, Results& results) {
  ProfilingDevice profiling(device);
  ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                   Session::Make(profiling, workload, options.num_threads));
  for (int i = 0; i < 2; ++i) RETURN_IF_ERROR(session->Step());
  profiling.Reset();
  for (int i = 0; i < options.profile_steps; ++i) RETURN_IF_ERROR(session->Step());
  std::fputs(profiling.Tables().c_str(), stderr);
  RETURN_IF_ERROR(AddProfile(profiling, workload, options, "profile", results));
  if (!Wants(options, "predict")) return absl::OkStatus();
  RETURN_IF_ERROR(session->PreparePredict(1));
  for (int i = 0; i < 2; ++i) RETURN_IF_ERROR(session->Predict());
  profiling.Reset();
  for (int i = 0; i < options.profile_steps; ++i) RETURN_IF_ERROR(session->Predict());
  std::fputs(profiling.Tables().c_str(), stderr);
  return AddProfile(profiling, workload, options, "predict_profile", results);
}

absl::Status MeasureMemoryGrowth(backend::Device& device, const Workload& workload,
                                 const Options& options, Results& results) {
  constexpr int kSteps = 20;
  struct Held {
    double host = 0, allocated = 0, process = 0;  // MiB
  };
  const auto held = [&] {
    const backend::MemoryUse memory = device.Memory().value_or(backend::MemoryUse{});
    return Held{MemoryMib("VmRSS"), static_cast<double>(memory.allocated) / kMib,
                static_cast<double>(memory.process) / kMib};
  };
  const double start = NowSeconds();
  Held before;
  for (int job = 0; job < options.jobs; ++job) {
    if (job == options.jobs / 10) before = held();
    ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                     Session::Make(device, workload, options.num_threads));
    RETURN_IF_ERROR(session->PrepareFit(kSteps));
    RETURN_IF_ERROR(session->Fit());
  }
  RETURN_IF_ERROR(device.Synchronize());
  const Held after = held();
  return results.Add(workload, "memory_growth", after.host - before.host, "MiB",
                     {{"jobs", options.jobs},
                      {"seconds", NowSeconds() - start},
                      {"host_mib", after.host},
                      {"device_allocated_mib", after.allocated},
                      {"device_allocated_growth_mib", after.allocated - before.allocated},
                      {"device_process_mib", after.process},
                      {"device_process_growth_mib", after.process - before.process}});
}

absl::Status TraceWorkload(backend::Device& device, const Workload& workload,
                           const Options& options) {
  constexpr int kSteps = 3;
  ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                   Session::Make(device, workload, options.num_threads));
  // The first step runs kernel by kernel, the second is recorded.
  for (int i = 0; i < 5; ++i) RETURN_IF_ERROR(session->Step());
  RETURN_IF_ERROR(session->Synchronize());
  ASSIGN_OR_RETURN(const std::unique_ptr<backend::Trace> trace, backend::StartCudaTrace());
  for (int i = 0; i < kSteps; ++i) RETURN_IF_ERROR(session->Step());
  RETURN_IF_ERROR(session->Synchronize());
  ASSIGN_OR_RETURN(const std::vector<backend::TraceEvent> events, trace->Stop());
  std::fputs(backend::KernelTable(events, kSteps).c_str(), stderr);
  return Env::Posix().WriteFileAtomically(options.trace, backend::ChromeTrace(events));
}

}  // namespace tricorn::bench
