#pragma once

#include <cstdint>
#include <span>

#include "absl/status/statusor.h"
#include "tests/bench/compile/growing_graphs.h"

namespace tricorn::bench {

// Seconds of processor time that each stage took.
struct CompileTimes {
  int64_t nodes = 0;     // as traced
  int64_t planned = 0;   // after the passes
  double trace_s = 0;    // building the graph, gradients included
  double passes_s = 0;   // the pipeline
  double program_s = 0;  // kernels, memory plan and program
  double total_s() const { return trace_s + passes_s + program_s; }
};

// One graph of about `nodes` nodes through the stages of the CPU backend.
absl::StatusOr<CompileTimes> MeasureCompile(const GrowingGraph& graph, int64_t nodes);

// p of the least-squares fit total_s = c nodes^p, over logarithms; at least two sizes.
double GrowthExponent(std::span<const CompileTimes> times);

}  // namespace tricorn::bench
