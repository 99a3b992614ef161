#include "core/backend/cpu/program/program.h"

#include <chrono>
#include <cstring>

#include "core/backend/cpu/processor/memory.h"
#include "core/base/status.h"
#include "core/ir/builder.h"

namespace tricorn::backend::cpu {
namespace {

using Place = plan::Slot::Place;

int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Program::Program(const ir::Graph& graph, plan::MemoryPlan plan,
                 std::vector<std::unique_ptr<Kernel>> kernels)
    : plan_(std::move(plan)), kernels_(std::move(kernels)) {
  for (size_t n = 0; n < graph.nodes().size(); ++n) {
    const ir::Node& node = graph.nodes()[n];
    if (const Tensor* value = ir::ConstantValue(&node)) constants_.push_back(*value);
    if (kernels_[n] == nullptr) continue;
    steps_.push_back(
        {n, kernels_[n].get(), slots_.size(), node.operands.size(), node.results.size()});
    for (const ir::ValueId id : node.operands) AddPointer(plan_.slots[static_cast<size_t>(id)]);
    for (const ir::ValueId id : node.results) AddPointer(plan_.slots[static_cast<size_t>(id)]);
    AddPointer({Place::kArena, 0, std::max<int64_t>(plan_.workspace[n], 0)});
  }
}

void Program::AddPointer(const plan::Slot& slot) {
  if (slot.place == Place::kInput || slot.place == Place::kOutput) {
    bindings_.push_back({slots_.size(), slot});
  }
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
      return const_cast<std::byte*>(constants_[index].bytes()) + slot.offset;
    case Place::kArena:
      break;
  }
  return arena + slot.offset;
}

absl::StatusOr<std::unique_ptr<Frame>> Program::NewFrame() const {
  auto frame = std::make_unique<Frame>();
  frame->arena = AllocateAligned(plan_.arena_nbytes);
  if (frame->arena == nullptr) {
    return ResourceExhausted("arena: expected {} bytes of memory, received none",
                             plan_.arena_nbytes);
  }
  for (const plan::Slot& slot : slots_) {
    const bool bound_later = slot.place == Place::kInput || slot.place == Place::kOutput;
    frame->pointers.push_back(bound_later ? nullptr : Resolve(slot, frame->arena.get(), {}, {}));
  }
  return frame;
}

absl::Status Program::Run(Frame& frame, std::span<const Buffer> inputs,
                          std::span<const Buffer> outputs, const RunContext& context) const {
  for (const Binding& binding : bindings_) {
    frame.pointers[binding.pointer] = Resolve(binding.slot, nullptr, inputs, outputs);
  }
  const bool timed = context.node_ns.size() == kernels_.size();
  for (const Step& step : steps_) {
    std::byte* const* pointers = frame.pointers.data() + step.operands;
    const KernelArgs args{
        .operands = {const_cast<const std::byte* const*>(pointers), step.num_operands},
        .results = {pointers + step.num_operands, step.num_results},
        .workspace = pointers[step.num_operands + step.num_results],
        .context = context};
    const int64_t start_ns = timed ? NowNs() : 0;
    RETURN_IF_ERROR(step.kernel->Run(args));
    if (timed) context.node_ns[step.node] += NowNs() - start_ns;
  }
  for (const plan::Copy& copy : plan_.final_copies) {
    const std::byte* from = Resolve(copy.from, frame.arena.get(), inputs, outputs);
    std::byte* to = Resolve(copy.to, frame.arena.get(), inputs, outputs);
    if (from != to) std::memcpy(to, from, static_cast<size_t>(copy.nbytes));
  }
  return absl::OkStatus();
}

}  // namespace tricorn::backend::cpu
