// tricorn-bench: the workloads of the peers' harness, measured on this engine.
//
//   tricorn-bench --device cpu --out r.jsonl --workloads mlp:128:fp32 cnn:128:fp32

#include <sched.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "core/backend/cpu/cpu_device.h"
#include "core/base/status.h"
#include "tests/bench/engine/measure.h"
#include "tests/bench/engine/profiling_device.h"
#include "tests/bench/engine/results.h"
#include "tests/bench/engine/session.h"

namespace tricorn::bench {
namespace {

struct Options {
  std::string device = "cpu";
  std::string out;
  std::string lock;
  std::vector<std::string> workloads{"mlp:128:fp32", "cnn:128:fp32"};
  int num_threads = 0;
  int profile_steps = 0;
  bool smoke = false;
  double start_s = 0;  // since the epoch
};

double Budget(const Options& options) { return options.smoke ? 0.1 : 1.5; }

absl::Status MeasureTraining(Session& session, const Workload& workload, const Options& options,
                             Results& results) {
  ASSIGN_OR_RETURN(const StepTimes times,
                   MeasureSteps([&] { return session.Step(); }, Budget(options)));
  ASSIGN_OR_RETURN(const double loss, session.Loss());
  RETURN_IF_ERROR(results.Add(workload, "train_step", times.median * 1e6, "us",
                              {{"lo_us", times.lowest * 1e6},
                               {"hi_us", times.highest * 1e6},
                               {"steps", times.steps},
                               {"chunks", times.chunks},
                               {"loss", loss}}));
  RETURN_IF_ERROR(results.Add(workload, "train_throughput",
                              static_cast<double>(workload.batch) / times.median, "samples/s"));
  return results.Add(workload, "train_rate", workload.TrainFlops() / times.median / 1e12,
                     "TFLOP/s");
}

absl::Status MeasurePredict(Session& session, const Workload& workload, const Options& options,
                            Results& results) {
  const auto predict = [&] { return session.Predict(); };
  RETURN_IF_ERROR(session.PreparePredict(1));
  ASSIGN_OR_RETURN(const Latency one, MeasureLatency(predict, Budget(options) * 0.4, 400));
  const Json::Object more{{"call", "predict"}, {"predict_batch", 1}, {"n", one.calls}};
  RETURN_IF_ERROR(results.Add(workload, "predict_latency_p50", one.p50 * 1e6, "us", more));
  RETURN_IF_ERROR(results.Add(workload, "predict_latency_p99", one.p99 * 1e6, "us", more));
  RETURN_IF_ERROR(session.PreparePredict(workload.batch));
  ASSIGN_OR_RETURN(const Latency batch, MeasureLatency(predict, Budget(options) / 3, 50));
  return results.Add(workload, "predict_throughput",
                     static_cast<double>(workload.batch) / batch.p50, "samples/s",
                     {{"call", "predict"}, {"predict_batch", workload.batch}, {"n", batch.calls}});
}

// Apart from what is measured: looking at the clock takes time.
absl::Status PrintProfile(backend::Device& device, const Workload& workload,
                          const Options& options) {
  ProfilingDevice profiling(device);
  ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                   Session::Make(profiling, workload, options.num_threads));
  RETURN_IF_ERROR(session->Step());
  profiling.Reset();
  for (int i = 0; i < options.profile_steps; ++i) RETURN_IF_ERROR(session->Step());
  std::fputs(profiling.Tables().c_str(), stderr);
  return absl::OkStatus();
}

absl::Status MeasureWorkload(backend::Device& device, const Workload& workload, bool is_first,
                             const Options& options, Results& results) {
  const double start = SecondsSinceEpoch();
  ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                   Session::Make(device, workload, options.num_threads));
  RETURN_IF_ERROR(session->Step());
  if (is_first) {
    RETURN_IF_ERROR(
        results.Add(workload, "start_to_first_step", SecondsSinceEpoch() - options.start_s, "s"));
    RETURN_IF_ERROR(results.Add(workload, "host_rss", MemoryMib("VmRSS"), "MiB"));
  } else {
    RETURN_IF_ERROR(
        results.Add(workload, "build_and_first_step", SecondsSinceEpoch() - start, "s"));
  }
  for (int i = 0; i < 3; ++i) RETURN_IF_ERROR(session->Step());
  RETURN_IF_ERROR(MeasureTraining(*session, workload, options, results));
  if (is_first) {
    RETURN_IF_ERROR(results.Add(workload, "host_rss_peak", MemoryMib("VmHWM"), "MiB"));
  }
  return MeasurePredict(*session, workload, options, results);
}

int Run(const Options& options) {
  if (options.device != "cpu") {
    std::fprintf(stderr, "--device: expected cpu, received %s\n", options.device.c_str());
    return 1;
  }
  const char* label = std::getenv("BENCH_MACHINE");
  Results results(options.out, label != nullptr ? label : "cpu");
  backend::cpu::CpuDevice device;
  bool is_first = true;
  for (const std::string& text : options.workloads) {
    absl::StatusOr<Workload> workload = ParseWorkload(text);
    if (!workload.ok()) {
      std::fprintf(stderr, "%s\n", std::string(workload.status().message()).c_str());
      return 1;
    }
    if (options.smoke) {
      workload->smoke = true;
      workload->batch = std::min<int64_t>(workload->batch, 4);
    }
    absl::Status status = MeasureWorkload(device, *workload, is_first, options, results);
    if (status.ok() && options.profile_steps > 0) status = PrintProfile(device, *workload, options);
    if (!status.ok()) {
      status = results.Add(*workload, "failed", 0, "", {{"error", std::string(status.message())}});
    }
    if (!status.ok()) {
      std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
      return 1;
    }
    is_first = false;
  }
  return 0;
}

// OMP_NUM_THREADS, or the cores that this process may use.
int DefaultThreads() {
  const char* text = std::getenv("OMP_NUM_THREADS");
  if (text != nullptr && std::atoi(text) > 0) return std::atoi(text);
  cpu_set_t cores;
  return sched_getaffinity(0, sizeof(cores), &cores) == 0 ? CPU_COUNT(&cores) : 1;
}

double StartTime() {
  const char* text = std::getenv("BENCH_T0");
  return text != nullptr ? std::atof(text) : SecondsSinceEpoch();
}

}  // namespace
}  // namespace tricorn::bench

int main(int argc, char** argv) {
  using tricorn::bench::Options;
  Options options;
  options.num_threads = tricorn::bench::DefaultThreads();
  options.start_s = tricorn::bench::StartTime();
  const char* smoke = std::getenv("BENCH_SMOKE");
  options.smoke = smoke != nullptr && std::string_view(smoke) == "1";
  CLI::App app("Measures training and predicting, in the format of the peers' harness.");
  app.add_option("--device", options.device, "where to compute: cpu")->capture_default_str();
  app.add_option("--out", options.out, "file to append result lines to");
  app.add_option("--lock", options.lock, "the GPU's lock: not used on a CPU");
  app.add_option("--workloads", options.workloads, "NAME:BATCH:DTYPE ...")->capture_default_str();
  app.add_option("--threads", options.num_threads, "threads to compute with")
      ->capture_default_str();
  app.add_option("--profile", options.profile_steps,
                 "print the time of each node over so many steps to standard error");
  CLI11_PARSE(app, argc, argv);
  return tricorn::bench::Run(options);
}
