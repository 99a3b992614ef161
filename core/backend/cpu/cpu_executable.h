#pragma once

#include <memory>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "core/backend/cpu/program.h"
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
  absl::StatusOr<std::unique_ptr<Frame>> TakeFrame() const;

  const ir::Graph graph_;
  const Program program_;
  const int num_threads_;
  mutable absl::Mutex mu_;
  mutable std::vector<std::unique_ptr<Frame>> idle_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tricorn::backend::cpu
