// tricorn-bench: the workloads of the peers' harness, measured on this engine.
//
//   tricorn-bench --device cuda --out r.jsonl --workloads mlp:128:tf32 resnet50:256:bf16

#include <sched.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "core/backend/cpu/cpu_device.h"
#include "core/backend/cuda_loader.h"
#include "core/base/status.h"
#include "core/keras/remat/remat_scope.h"
#include "tests/bench/engine/fresh_process.h"
#include "tests/bench/engine/gpu_lock.h"
#include "tests/bench/engine/graph_dump_device.h"
#include "tests/bench/engine/measure.h"
#include "tests/bench/engine/measure_workload.h"
#include "tests/bench/engine/options.h"
#include "tests/bench/engine/results.h"
#include "tests/bench/engine/session.h"

namespace tricorn::bench {
namespace {

// As the peers set it: whatever is not fp32 may multiply in TF32.
backend::CudaOptions CudaOptionsOf(const Workload& workload) {
  return {.allow_tf32 = workload.dtype != "fp32"};
}

absl::StatusOr<std::unique_ptr<backend::Device>> MakeDevice(const Workload& workload,
                                                            const Options& options) {
  if (options.device == "cuda") return backend::LoadCudaDevice(0, CudaOptionsOf(workload));
  return std::make_unique<backend::cpu::CpuDevice>();
}

absl::Status DumpGraph(const Workload& workload, const Options& options) {
  GraphDumpDevice device(CudaOptionsOf(workload));
  ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                   Session::Make(device, workload, options.num_threads));
  return session->Step();
}

absl::Status Measure(const Workload& workload, const Options& options, Results& results) {
  std::optional<keras::RematScope> remat;
  if (!options.remat.empty()) {
    ASSIGN_OR_RETURN(keras::RematPolicy policy, keras::RematPolicy::Parse(options.remat));
    remat.emplace(std::move(policy));
  }
  const bool locks = options.device == "cuda" && !options.smoke;
  ASSIGN_OR_RETURN(const GpuLock lock, GpuLock::Acquire(locks ? options.lock : ""));
  ASSIGN_OR_RETURN(const std::unique_ptr<backend::Device> device, MakeDevice(workload, options));
  if (options.jobs > 0) return MeasureMemoryGrowth(*device, workload, options, results);
  RETURN_IF_ERROR(MeasureWorkload(*device, workload, options, lock.waited_s(), results));
  if (options.profile_steps > 0) {
    RETURN_IF_ERROR(ProfileWorkload(*device, workload, options, results));
  }
  return options.trace.empty() ? absl::OkStatus() : TraceWorkload(*device, workload, options);
}

absl::StatusOr<Workload> WorkloadOf(const std::string& text, const Options& options) {
  ASSIGN_OR_RETURN(Workload workload, ParseWorkload(text));
  if (options.smoke) {
    workload.smoke = true;
    workload.batch = std::min<int64_t>(workload.batch, 4);
  }
  return workload;
}

absl::Status RunWorkload(const std::string& text, bool has_own_process, const Options& options,
                         Results& results) {
  ASSIGN_OR_RETURN(const Workload workload, WorkloadOf(text, options));
  if (options.dump_graph) return DumpGraph(workload, options);
  const absl::Status measured =
      has_own_process ? Measure(workload, options, results) : MeasureInFreshProcess(text, options);
  if (measured.ok()) return measured;
  return results.Add(workload, "failed", 0, "", {{"error", std::string(measured.message())}});
}

int Run(const Options& options) {
  if (options.device != "cpu" && options.device != "cuda") {
    std::fprintf(stderr, "--device: expected cpu or cuda, received %s\n", options.device.c_str());
    return 1;
  }
  const char* label = std::getenv("BENCH_MACHINE");
  Results results(options.out, label != nullptr ? label : options.device);
  const bool has_own_process = options.workloads.size() == 1;
  for (const std::string& text : options.workloads) {
    const absl::Status status = RunWorkload(text, has_own_process, options, results);
    if (!status.ok()) {
      std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
      return 1;
    }
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

std::string Variable(const char* name) {
  const char* text = std::getenv(name);
  return text != nullptr ? text : "";
}

}  // namespace
}  // namespace tricorn::bench

int main(int argc, char** argv) {
  using tricorn::bench::Options;
  Options options;
  options.num_threads = tricorn::bench::DefaultThreads();
  const std::string start = tricorn::bench::Variable("BENCH_T0");
  options.start_s = start.empty() ? tricorn::bench::SecondsSinceEpoch() : std::stod(start);
  options.smoke = tricorn::bench::Variable("BENCH_SMOKE") == "1";
  options.lock = tricorn::bench::Variable("BENCH_LOCK");
  CLI::App app("Measures training and predicting, in the format of the peers' harness.");
  app.add_option("--device", options.device, "where to compute: cpu or cuda")
      ->capture_default_str();
  app.add_option("--out", options.out, "file to append result lines to");
  app.add_option("--lock", options.lock, "file to lock while the GPU is used");
  app.add_option("--workloads", options.workloads,
                 "NAME:BATCH:DTYPE ...; several are measured in a process each")
      ->capture_default_str();
  app.add_option("--measure", options.measure, "of train (always), fit and predict")
      ->capture_default_str();
  app.add_option("--threads", options.num_threads, "threads to compute with")
      ->capture_default_str();
  app.add_option("--profile", options.profile_steps,
                 "also the time of each node over so many steps");
  app.add_option("--trace", options.trace,
                 "file for a timeline of the GPU in three steps, for chrome://tracing; the time of "
                 "each kernel goes to standard error");
  app.add_option("--jobs", options.jobs,
                 "make, train for 20 steps and drop the model so many times; what memory grows by");
  app.add_option("--remat", options.remat,
                 "what training steps compute again rather than keep: auto, full, ...; of one "
                 "workload");
  app.add_flag("--dump-graph", options.dump_graph,
               "print the graphs that the CUDA module would run, which needs no GPU, and end");
  CLI11_PARSE(app, argc, argv);
  return tricorn::bench::Run(options);
}
