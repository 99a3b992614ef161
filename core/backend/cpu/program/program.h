#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/cpu/kernel/kernel.h"
#include "core/plan/memory_plan.h"

namespace tricorn::backend::cpu {

// The memory of one run: an arena, and a pointer for every operand and result of every step.
struct Frame {
  std::shared_ptr<std::byte> arena;
  std::vector<std::byte*> pointers;
};

// The kernels of a planned graph in order, with their pointers resolved as far as they can be
// before the caller's buffers are known.
class Program {
 public:
  // `kernels` by node; nullptr for constants and views, which run nothing.
  Program(const ir::Graph& graph, plan::MemoryPlan plan,
          std::vector<std::unique_ptr<Kernel>> kernels);

  absl::StatusOr<std::unique_ptr<Frame>> NewFrame() const;
  // Runs every step on the frame's memory and the caller's buffers.
  absl::Status Run(Frame& frame, std::span<const Buffer> inputs, std::span<const Buffer> outputs,
                   const RunContext& context) const;

  int64_t arena_nbytes() const { return plan_.arena_nbytes; }

 private:
  struct Step {
    size_t node;
    const Kernel* kernel;
    size_t operands;  // where its pointers begin; its results follow, then its workspace
    size_t num_operands;
    size_t num_results;
  };
  // A pointer into one of the caller's buffers.
  struct Binding {
    size_t pointer;
    plan::Slot slot;
  };

  void AddPointer(const plan::Slot& slot);
  std::byte* Resolve(const plan::Slot& slot, std::byte* arena, std::span<const Buffer> inputs,
                     std::span<const Buffer> outputs) const;

  plan::MemoryPlan plan_;
  std::vector<std::unique_ptr<Kernel>> kernels_;
  std::vector<Tensor> constants_;
  std::vector<Step> steps_;
  std::vector<plan::Slot> slots_;  // by pointer
  std::vector<Binding> bindings_;
};

}  // namespace tricorn::backend::cpu
