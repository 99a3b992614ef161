// tricorn-bench-compile: nodes against the seconds that compiling takes.
//
//   tricorn-bench-compile --nodes 1000 5000 20000 --graph training

#include <fmt/core.h>

#include <CLI/CLI.hpp>

#include "tests/bench/compile/compile_times.h"

namespace tricorn::bench {
namespace {

bool Print(const GrowingGraph& graph, const std::vector<int64_t>& sizes) {
  fmt::print("{}: {}\n{:>8} {:>8} {:>9} {:>9} {:>9} {:>9} {:>14}\n", graph.name, graph.doc, "nodes",
             "planned", "trace s", "passes s", "program s", "total s", "us a node");
  std::vector<CompileTimes> all;
  for (const int64_t nodes : sizes) {
    const absl::StatusOr<CompileTimes> times = MeasureCompile(graph, nodes);
    if (!times.ok()) {
      fmt::print(stderr, "{}\n", std::string(times.status().message()));
      return false;
    }
    fmt::print("{:>8} {:>8} {:>9.3f} {:>9.3f} {:>9.3f} {:>9.3f} {:>14.1f}\n", times->nodes,
               times->planned, times->trace_s, times->passes_s, times->program_s, times->total_s(),
               times->total_s() / static_cast<double>(times->nodes) * 1e6);
    std::fflush(stdout);
    all.push_back(*times);
  }
  if (all.size() > 1) fmt::print("seconds = c nodes^{:.2f}\n\n", GrowthExponent(all));
  return true;
}

}  // namespace
}  // namespace tricorn::bench

int main(int argc, char** argv) {
  using namespace tricorn::bench;
  std::vector<int64_t> sizes{1000, 2000, 5000, 10000, 20000, 50000};
  std::vector<std::string> names;
  for (const GrowingGraph& graph : GrowingGraphs()) names.emplace_back(graph.name);
  CLI::App app("How the time to compile a graph grows with its nodes.");
  app.add_option("--nodes", sizes, "sizes to measure")->capture_default_str();
  app.add_option("--graph", names, "families to measure")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  for (const GrowingGraph& graph : GrowingGraphs()) {
    const bool wanted = std::find(names.begin(), names.end(), graph.name) != names.end();
    if (wanted && !Print(graph, sizes)) return 1;
  }
  return 0;
}
