#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/cuda/device/device_context.h"
#include "core/backend/cuda/kernel/kernel.h"
#include "core/plan/memory_plan.h"

namespace tricorn::backend::cuda {

// Where runs with certain buffers work: an arena, and an address for every operand, result and
// workspace of every step.
struct Frame {
  Buffer arena;
  std::vector<std::byte*> pointers;
};

// The kernels of a planned graph in order.
class Program {
 public:
  // `kernels` by node; nullptr for constants and views, which run nothing. Uploads the constants.
  static absl::StatusOr<std::unique_ptr<Program>> Create(
      std::shared_ptr<DeviceContext> context, const ir::Graph& graph, plan::MemoryPlan plan,
      std::vector<std::unique_ptr<Kernel>> kernels);

  // The addresses of runs with these buffers, on an arena of arena_nbytes().
  Frame Bind(Buffer arena, std::span<const Buffer> inputs, std::span<const Buffer> outputs) const;
  bool IsBoundTo(const Frame& frame, std::span<const Buffer> inputs,
                 std::span<const Buffer> outputs) const;
  // Puts every step on the stream, on the frame's memory and the buffers it was bound to.
  absl::Status Enqueue(const Frame& frame, std::span<const Buffer> inputs,
                       std::span<const Buffer> outputs, const RunContext& run) const;

  // Whether Enqueue can be recorded for runs of this context.
  bool can_be_captured_in(const RunContext& run) const;
  int64_t arena_nbytes() const { return plan_.arena_nbytes; }
  const plan::MemoryPlan& plan() const { return plan_; }

 private:
  struct Step {
    size_t node;
    const Kernel* kernel;
    size_t operands;  // where its addresses begin; its results follow, then its workspace
    size_t num_operands;
    size_t num_results;
  };
  // An address in one of the caller's buffers.
  struct Binding {
    size_t pointer;
    plan::Slot slot;
  };

  Program(std::shared_ptr<DeviceContext> context, plan::MemoryPlan plan,
          std::vector<std::unique_ptr<Kernel>> kernels)
      : context_(std::move(context)), plan_(std::move(plan)), kernels_(std::move(kernels)) {}
  void AddPointer(const plan::Slot& slot);
  std::byte* Resolve(const plan::Slot& slot, std::byte* arena, std::span<const Buffer> inputs,
                     std::span<const Buffer> outputs) const;
  absl::Status EnqueueStep(const Step& step, const Frame& frame, const RunContext& run) const;

  const std::shared_ptr<DeviceContext> context_;
  const plan::MemoryPlan plan_;
  const std::vector<std::unique_ptr<Kernel>> kernels_;
  std::vector<Buffer> constants_;
  std::vector<Step> steps_;
  std::vector<plan::Slot> slots_;  // by pointer
  std::vector<Binding> bindings_;
};

}  // namespace tricorn::backend::cuda
