#pragma once

#include <memory>
#include <vector>

#include "core/backend/cuda/codegen/source_module.h"
#include "core/backend/cuda/program/program.h"
#include "core/backend/cuda/program/small_fills.h"
#include "core/backend/cuda/runtime/captured_graph.h"
#include "core/backend/device.h"

namespace tricorn::backend::cuda {

// A program on one GPU. The first run with some buffers puts its kernels on the stream one by one;
// the second records them, and from then on a run with the same buffers is one launch.
class CudaExecutable : public Executable {
 public:
  CudaExecutable(std::shared_ptr<DeviceContext> context, ir::Graph graph,
                 std::unique_ptr<SourceModule> module, SmallFills fills,
                 std::unique_ptr<Program> program);
  ~CudaExecutable() override;  // waits for its last run

  absl::Status Run(std::span<const Buffer> inputs, std::span<const Buffer> outputs,
                   const RunContext& run) const override;
  const ir::Graph& graph() const override { return graph_; }
  int64_t arena_nbytes() const override { return program_->arena_nbytes(); }

 private:
  // Runs with one set of buffers, and what they are handed over to.
  struct Bound {
    Frame frame;
    const Collectives* collectives = nullptr;
    std::unique_ptr<CapturedGraph> captured;
    int64_t last_run = 0;
  };

  // The entry of these buffers and collectives; a new one in place of the least recently used if
  // there is none.
  absl::StatusOr<Bound*> Find(std::span<const Buffer> inputs, std::span<const Buffer> outputs,
                              const RunContext& run) const;
  absl::Status RunBound(Bound& bound, std::span<const Buffer> inputs,
                        std::span<const Buffer> outputs, const RunContext& run) const;

  const std::shared_ptr<DeviceContext> context_;
  const ir::Graph graph_;
  const std::unique_ptr<SourceModule> module_;  // outlives the program's kernels
  const SmallFills fills_;
  const std::unique_ptr<Program> program_;
  // Guarded by the context's stream mutex. All runs share the arena: they follow each other on the
  // stream.
  mutable Buffer arena_;
  mutable std::vector<std::unique_ptr<Bound>> bound_;
  mutable int64_t runs_ = 0;
};

}  // namespace tricorn::backend::cuda
