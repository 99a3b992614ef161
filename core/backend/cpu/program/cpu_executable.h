#pragma once

#include "core/backend/cpu/program/frame_pool.h"
#include "core/backend/cpu/program/program.h"
#include "core/backend/device.h"

namespace tricorn::backend::cpu {

// A program and the frames of its runs, of which finished ones are used again.
class CpuExecutable : public Executable {
 public:
  CpuExecutable(ir::Graph graph, Program program, int num_threads)
      : graph_(std::move(graph)), program_(std::move(program)), num_threads_(num_threads) {}

  absl::Status Run(std::span<const Buffer> inputs, std::span<const Buffer> outputs,
                   const RunContext& context) const override;
  const ir::Graph& graph() const override { return graph_; }
  int64_t arena_nbytes() const override { return program_.arena_nbytes(); }

 private:
  const ir::Graph graph_;
  const Program program_;
  const int num_threads_;
  const FramePool frames_{program_};
};

}  // namespace tricorn::backend::cpu
