#include "tests/bench/engine/graph_dump_device.h"

#include <cstdio>

#include "core/base/status.h"
#include "core/ir/text.h"

namespace tricorn::bench {
namespace {

class Unrun : public backend::Executable {
 public:
  explicit Unrun(ir::Graph graph) : graph_(std::move(graph)) {}

  absl::Status Run(std::span<const backend::Buffer>, std::span<const backend::Buffer>,
                   const backend::RunContext&) const override {
    return absl::OkStatus();
  }
  const ir::Graph& graph() const override { return graph_; }
  int64_t arena_nbytes() const override { return 0; }

 private:
  const ir::Graph graph_;
};

}  // namespace

absl::StatusOr<backend::Buffer> GraphDumpDevice::Allocate(int64_t nbytes) {
  return backend::Buffer{nullptr, nbytes, nullptr};
}

absl::Status GraphDumpDevice::Upload(const Tensor&, const backend::Buffer&) {
  return absl::OkStatus();
}

absl::Status GraphDumpDevice::Download(const backend::Buffer&, Tensor&) {
  return Unimplemented("download: expected a device, received one that only compiles");
}

absl::StatusOr<std::unique_ptr<backend::Executable>> GraphDumpDevice::Compile(
    ir::Graph graph, const backend::CompileOptions&) {
  ASSIGN_OR_RETURN(graph, backend::CudaGraph(std::move(graph), options_));
  std::fputs(ir::ToText(graph).c_str(), stdout);
  return std::make_unique<Unrun>(std::move(graph));
}

}  // namespace tricorn::bench
