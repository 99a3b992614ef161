#include "core/backend/cuda/program/program.h"

#include <algorithm>

#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/backend/cuda/runtime/step_timer.h"
#include "core/base/status.h"
#include "core/ir/builder.h"

namespace tricorn::backend::cuda {
namespace {

using Place = plan::Slot::Place;

bool IsCallers(const plan::Slot& slot) {
  return slot.place == Place::kInput || slot.place == Place::kOutput;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Program>> Program::Create(
    std::shared_ptr<DeviceContext> context, const ir::Graph& graph, plan::MemoryPlan plan,
    std::vector<std::unique_ptr<Kernel>> kernels) {
  std::unique_ptr<Program> program(
      new Program(std::move(context), std::move(plan), std::move(kernels)));
  Program& p = *program;
  for (size_t n = 0; n < graph.nodes().size(); ++n) {
    const ir::Node& node = graph.nodes()[n];
    if (const Tensor* value = ir::ConstantValue(&node)) {
      ASSIGN_OR_RETURN(Buffer buffer, p.context_->Allocate(value->nbytes(), "constant"));
      RETURN_IF_CUDA_ERROR(cudaMemcpyAsync(buffer.data, value->bytes(),
                                           static_cast<size_t>(value->nbytes()),
                                           cudaMemcpyHostToDevice, p.context_->stream()));
      p.constants_.push_back(std::move(buffer));
    }
    if (p.kernels_[n] == nullptr) continue;
    p.steps_.push_back(
        {n, p.kernels_[n].get(), p.slots_.size(), node.operands.size(), node.results.size()});
    for (const ir::ValueId id : node.operands) p.AddPointer(p.plan_.slots[static_cast<size_t>(id)]);
    for (const ir::ValueId id : node.results) p.AddPointer(p.plan_.slots[static_cast<size_t>(id)]);
    p.AddPointer({Place::kArena, 0, std::max<int64_t>(p.plan_.workspace[n], 0)});
  }
  // The graph's constants may go before the copies are done.
  RETURN_IF_CUDA_ERROR(cudaStreamSynchronize(p.context_->stream()));
  return program;
}

void Program::AddPointer(const plan::Slot& slot) {
  if (IsCallers(slot)) bindings_.push_back({slots_.size(), slot});
  slots_.push_back(slot);
}

std::byte* Program::Resolve(const plan::Slot& slot, std::byte* arena,
                            std::span<const Buffer> inputs, std::span<const Buffer> outputs) const {
  const auto index = static_cast<size_t>(slot.index);
  switch (slot.place) {
    case Place::kInput:
      return inputs[index].data + slot.offset;
    case Place::kOutput:
      return outputs[index].data + slot.offset;
    case Place::kConstant:
      return constants_[index].data + slot.offset;
    case Place::kArena:
      break;
  }
  return arena + slot.offset;
}

Frame Program::Bind(Buffer arena, std::span<const Buffer> inputs,
                    std::span<const Buffer> outputs) const {
  Frame frame{.arena = std::move(arena), .pointers = {}};
  for (const plan::Slot& slot : slots_) {
    frame.pointers.push_back(Resolve(slot, frame.arena.data, inputs, outputs));
  }
  return frame;
}

bool Program::IsBoundTo(const Frame& frame, std::span<const Buffer> inputs,
                        std::span<const Buffer> outputs) const {
  return std::all_of(bindings_.begin(), bindings_.end(), [&](const Binding& binding) {
    return frame.pointers[binding.pointer] == Resolve(binding.slot, nullptr, inputs, outputs);
  });
}

bool Program::can_be_captured_in(const RunContext& run) const {
  return std::all_of(steps_.begin(), steps_.end(),
                     [&](const Step& step) { return step.kernel->can_be_captured_in(run); });
}

absl::Status Program::EnqueueStep(const Step& step, const Frame& frame,
                                  const RunContext& run) const {
  std::byte* const* pointers = frame.pointers.data() + step.operands;
  return step.kernel->Enqueue({.operands = {pointers, step.num_operands},
                               .results = {pointers + step.num_operands, step.num_results},
                               .workspace = pointers[step.num_operands + step.num_results],
                               .stream = context_->stream(),
                               .context = run});
}

absl::Status Program::Enqueue(const Frame& frame, std::span<const Buffer> inputs,
                              std::span<const Buffer> outputs, const RunContext& run) const {
  const bool is_timed = run.node_ns.size() == kernels_.size();
  StepTimer timer(is_timed ? steps_.size() : 0, context_->stream());
  for (const Step& step : steps_) {
    RETURN_IF_ERROR(EnqueueStep(step, frame, run));
    if (is_timed) RETURN_IF_ERROR(timer.StepEnds());
  }
  if (is_timed) {
    ASSIGN_OR_RETURN(const std::vector<int64_t> ns, timer.Wait());
    for (size_t i = 0; i < steps_.size(); ++i) run.node_ns[steps_[i].node] += ns[i];
  }
  for (const plan::Copy& copy : plan_.final_copies) {
    const std::byte* from = Resolve(copy.from, frame.arena.data, inputs, outputs);
    std::byte* to = Resolve(copy.to, frame.arena.data, inputs, outputs);
    if (from == to || copy.nbytes == 0) continue;
    RETURN_IF_CUDA_ERROR(cudaMemcpyAsync(to, from, static_cast<size_t>(copy.nbytes),
                                         cudaMemcpyDeviceToDevice, context_->stream()));
  }
  return absl::OkStatus();
}

}  // namespace tricorn::backend::cuda
