#include "core/backend/cuda/program/cuda_executable.h"

#include <algorithm>

#include "core/backend/run_buffers.h"
#include "core/base/status.h"
#include "core/plan/largest_values.h"

namespace tricorn::backend::cuda {
namespace {

constexpr size_t kNamedValues = 5;
// Two input batches in flight and the last one of an epoch; a few times that where the shards of a
// step take turns.
constexpr size_t kMaxBound = 16;

}  // namespace

CudaExecutable::CudaExecutable(std::shared_ptr<DeviceContext> context, ir::Graph graph,
                               std::unique_ptr<SourceModule> module, SmallFills fills,
                               std::unique_ptr<Program> program)
    : context_(std::move(context)),
      graph_(std::move(graph)),
      module_(std::move(module)),
      fills_(std::move(fills)),
      program_(std::move(program)) {}

CudaExecutable::~CudaExecutable() { static_cast<void>(cudaStreamSynchronize(context_->stream())); }

absl::StatusOr<CudaExecutable::Bound*> CudaExecutable::Find(std::span<const Buffer> inputs,
                                                            std::span<const Buffer> outputs,
                                                            const RunContext& run) const {
  for (const std::unique_ptr<Bound>& bound : bound_) {
    if (bound->collectives == run.collectives &&
        program_->IsBoundTo(bound->frame, inputs, outputs)) {
      return bound.get();
    }
  }
  if (arena_.data == nullptr) {
    absl::StatusOr<Buffer> arena = context_->Allocate(program_->arena_nbytes(), "arena");
    if (absl::IsResourceExhausted(arena.status())) {
      return ResourceExhausted(
          "{}; largest: {}; a smaller batch, mixed precision, or remat (computing activations "
          "again) needs less",
          std::string(arena.status().message()),
          plan::LargestValues(graph_, program_->plan(), kNamedValues));
    }
    ASSIGN_OR_RETURN(arena_, std::move(arena));
  }
  if (bound_.size() == kMaxBound) {
    bound_.erase(std::min_element(bound_.begin(), bound_.end(), [](const auto& a, const auto& b) {
      return a->last_run < b->last_run;
    }));
  }
  bound_.push_back(std::make_unique<Bound>());
  bound_.back()->collectives = run.collectives;
  bound_.back()->frame = program_->Bind(arena_, inputs, outputs);
  return bound_.back().get();
}

absl::Status CudaExecutable::RunBound(Bound& bound, std::span<const Buffer> inputs,
                                      std::span<const Buffer> outputs,
                                      const RunContext& run) const {
  const auto enqueue = [&] { return program_->Enqueue(bound.frame, inputs, outputs, run); };
  const bool ran_before = bound.last_run > 0;
  bound.last_run = ++runs_;
  if (!run.node_ns.empty() || !ran_before || !program_->can_be_captured_in(run)) return enqueue();
  if (bound.captured == nullptr) {
    ASSIGN_OR_RETURN(bound.captured,
                     CapturedGraph::Record(context_->stream(), enqueue, [this](cudaGraph_t graph) {
                       return fills_.Replace(graph, context_->stream());
                     }));
  }
  return bound.captured->Launch(context_->stream());
}

absl::Status CudaExecutable::Run(std::span<const Buffer> inputs, std::span<const Buffer> outputs,
                                 const RunContext& run) const {
  RETURN_IF_ERROR(CheckRunBuffers(graph_, inputs, outputs));
  RETURN_IF_ERROR(context_->MakeCurrent());
  const absl::MutexLock lock(&context_->stream_mutex());
  ASSIGN_OR_RETURN(Bound * bound, Find(inputs, outputs, run));
  return RunBound(*bound, inputs, outputs, run);
}

}  // namespace tricorn::backend::cuda
