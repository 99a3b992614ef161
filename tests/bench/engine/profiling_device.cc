#include "tests/bench/engine/profiling_device.h"

#include <algorithm>
#include <map>

#include "core/backend/profile.h"
#include "core/base/status.h"

namespace tricorn::bench {
namespace {

void SortByTime(std::vector<ProfilingDevice::Part>& parts) {
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.ns > b.ns; });
}

}  // namespace

struct ProfilingDevice::Times {
  ir::Graph graph;
  std::vector<int64_t> node_ns;
  int64_t runs = 0;
};

class ProfilingDevice::Profiled : public backend::Executable {
 public:
  Profiled(std::unique_ptr<backend::Executable> executable, std::shared_ptr<Times> times)
      : executable_(std::move(executable)), times_(std::move(times)) {}

  absl::Status Run(std::span<const backend::Buffer> inputs,
                   std::span<const backend::Buffer> outputs,
                   const backend::RunContext& context) const override {
    ++times_->runs;
    return executable_->Run(inputs, outputs,
                            {.collectives = context.collectives, .node_ns = times_->node_ns});
  }
  const ir::Graph& graph() const override { return executable_->graph(); }
  int64_t arena_nbytes() const override { return executable_->arena_nbytes(); }

 private:
  const std::unique_ptr<backend::Executable> executable_;
  const std::shared_ptr<Times> times_;
};

absl::StatusOr<std::unique_ptr<backend::Executable>> ProfilingDevice::Compile(
    ir::Graph graph, const backend::CompileOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<backend::Executable> executable,
                   device_.Compile(std::move(graph), options));
  auto times = std::make_shared<Times>();
  times->graph = executable->graph();
  times->node_ns.resize(times->graph.nodes().size());
  times_.push_back(times);
  return std::make_unique<Profiled>(std::move(executable), std::move(times));
}

void ProfilingDevice::Reset() {
  for (const std::shared_ptr<Times>& times : times_) {
    std::fill(times->node_ns.begin(), times->node_ns.end(), 0);
    times->runs = 0;
  }
}

std::string ProfilingDevice::Tables() const {
  std::string tables;
  for (const std::shared_ptr<Times>& times : times_) {
    if (times->runs == 0) continue;
    tables += backend::ProfileTable(times->graph, times->node_ns, times->runs);
  }
  return tables;
}

std::vector<ProfilingDevice::Part> ProfilingDevice::Longest() const {
  std::vector<Part> parts;
  for (const std::shared_ptr<Times>& times : times_) {
    for (size_t n = 0; n < times->node_ns.size(); ++n) {
      if (times->node_ns[n] == 0) continue;
      const ir::Node& node = times->graph.nodes()[n];
      parts.push_back({backend::DescribeNode(times->graph, node), times->node_ns[n]});
    }
  }
  SortByTime(parts);
  return parts;
}

std::vector<ProfilingDevice::Part> ProfilingDevice::ByOp() const {
  std::map<std::string, int64_t> ns;
  for (const std::shared_ptr<Times>& times : times_) {
    for (size_t n = 0; n < times->node_ns.size(); ++n) {
      if (times->node_ns[n] > 0)
        ns[std::string(times->graph.nodes()[n].op->name)] += times->node_ns[n];
    }
  }
  std::vector<Part> parts;
  for (const auto& [name, time] : ns) parts.push_back({name, time});
  SortByTime(parts);
  return parts;
}

}  // namespace tricorn::bench
