#include "tests/bench/engine/profiling_device.h"

#include <algorithm>

#include "core/backend/profile.h"
#include "core/base/status.h"

namespace tricorn::bench {

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

}  // namespace tricorn::bench
