#include "tests/bench/compile/compile_times.h"

#include <cmath>
#include <ctime>

#include "core/backend/cpu/builtin_kernels.h"
#include "core/backend/cpu/program/pack_invariants.h"
#include "core/backend/cpu/program/program_compiler.h"
#include "core/base/status.h"
#include "core/transform/pipeline.h"

namespace tricorn::bench {
namespace {

constexpr int kThreads = 1;

// Of this process, on all its threads.
double ProcessorSeconds() {
  timespec now;
  CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

absl::StatusOr<CompileTimes> MeasureCompile(const GrowingGraph& growing, int64_t nodes) {
  namespace cpu = backend::cpu;
  const backend::cpu::KernelRegistry kernels = cpu::BuiltinKernels();
  const auto has_kernel = [&](const ir::Graph& graph, const ir::Node& node) {
    return cpu::MakeKernelOf(kernels, graph, node, kThreads) != nullptr;
  };
  CompileTimes times;
  const double start = ProcessorSeconds();
  ASSIGN_OR_RETURN(ir::Graph graph, growing.make(nodes));
  times.nodes = static_cast<int64_t>(graph.nodes().size());
  const double traced = ProcessorSeconds();
  ASSIGN_OR_RETURN(graph, transform::RunPipeline(std::move(graph), {.keep = has_kernel}));
  ASSIGN_OR_RETURN(graph, cpu::PackInvariants(graph));
  times.planned = static_cast<int64_t>(graph.nodes().size());
  const double passed = ProcessorSeconds();
  RETURN_IF_ERROR(cpu::CompileProgram(kernels, graph, {}, kThreads).status());
  times.trace_s = traced - start;
  times.passes_s = passed - traced;
  times.program_s = ProcessorSeconds() - passed;
  return times;
}

double GrowthExponent(std::span<const CompileTimes> times) {
  CHECK(times.size() >= 2);
  double x_mean = 0, y_mean = 0;
  for (const CompileTimes& t : times) {
    x_mean += std::log(static_cast<double>(t.nodes)) / static_cast<double>(times.size());
    y_mean += std::log(t.total_s()) / static_cast<double>(times.size());
  }
  double xy = 0, xx = 0;
  for (const CompileTimes& t : times) {
    const double x = std::log(static_cast<double>(t.nodes)) - x_mean;
    xy += x * (std::log(t.total_s()) - y_mean);
    xx += x * x;
  }
  return xy / xx;
}

}  // namespace tricorn::bench
