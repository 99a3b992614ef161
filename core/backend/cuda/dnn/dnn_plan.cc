#include "core/backend/cuda/dnn/dnn_plan.h"

#include <algorithm>
#include <optional>

#include "core/backend/cuda/libraries/measurement.h"
#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

constexpr int64_t kMaxConfigurations = 16;  // that a heuristic is asked for
constexpr int64_t kMaxNotes = CUDNN_NUMERICAL_NOTE_TYPE_COUNT;
constexpr size_t kMaxMeasured = 6;
constexpr int64_t kMaxWorkspaceNbytes = int64_t{1} << 30;

// Tells `descriptor` which device it is for.
absl::Status SetTarget(DnnDescriptor& descriptor, const DnnTarget& target,
                       cudnnBackendAttributeName_t handle_name,
                       cudnnBackendAttributeName_t description_name) {
  if (target.handle == nullptr) {
    return descriptor.SetDescriptor(description_name, *target.description);
  }
  return descriptor.Set(handle_name, CUDNN_TYPE_HANDLE, 1, &target.handle);
}

absl::StatusOr<DnnDescriptor> MakeGraph(const DnnTarget& target, const DnnGraph& operations) {
  ASSIGN_OR_RETURN(DnnDescriptor graph,
                   DnnDescriptor::Create(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR));
  std::vector<cudnnBackendDescriptor_t> raw;
  for (const DnnDescriptor& operation : operations.operations()) raw.push_back(operation.get());
  RETURN_IF_ERROR(graph.Set(CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR,
                            static_cast<int64_t>(raw.size()), raw.data()));
  if (target.handle != nullptr) {
    RETURN_IF_ERROR(
        graph.Set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, 1, &target.handle));
  }
  RETURN_IF_ERROR(graph.Finalize());
  return graph;
}

// The engines that a heuristic proposes, best first; none when it does not know the operation.
absl::StatusOr<std::vector<DnnDescriptor>> Proposals(const DnnTarget& target,
                                                     const DnnDescriptor& graph,
                                                     cudnnBackendHeurMode_t mode) {
  ASSIGN_OR_RETURN(DnnDescriptor heuristic,
                   DnnDescriptor::Create(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR));
  RETURN_IF_ERROR(heuristic.SetDescriptor(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph));
  RETURN_IF_ERROR(heuristic.Set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, &mode));
  if (target.handle == nullptr) {
    RETURN_IF_ERROR(heuristic.SetDescriptor(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, *target.description));
  }
  std::vector<DnnDescriptor> proposals;
  if (!heuristic.Finalize().ok()) return proposals;
  std::vector<cudnnBackendDescriptor_t> raw;
  for (int64_t i = 0; i < kMaxConfigurations; ++i) {
    ASSIGN_OR_RETURN(proposals.emplace_back(),
                     DnnDescriptor::Create(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR));
    raw.push_back(proposals.back().get());
  }
  int64_t count = 0;
  const cudnnStatus_t status = cudnnBackendGetAttribute(
      heuristic.get(), CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR,
      kMaxConfigurations, &count, raw.data());
  proposals.resize(status == CUDNN_STATUS_SUCCESS
                       ? static_cast<size_t>(std::min(count, kMaxConfigurations))
                       : 0);
  return proposals;
}

// Whether the engine gives the same bits every time, in the precision that is asked for.
absl::StatusOr<bool> IsExact(const DnnDescriptor& configuration, const DnnPlanOptions& options) {
  ASSIGN_OR_RETURN(DnnDescriptor engine, DnnDescriptor::Create(CUDNN_BACKEND_ENGINE_DESCRIPTOR));
  cudnnBackendDescriptor_t raw = engine.get();
  int64_t count = 0;
  RETURN_IF_CUDA_ERROR(cudnnBackendGetAttribute(configuration.get(), CUDNN_ATTR_ENGINECFG_ENGINE,
                                                CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &count, &raw));
  std::vector<cudnnBackendNumericalNote_t> notes(static_cast<size_t>(kMaxNotes));
  RETURN_IF_CUDA_ERROR(cudnnBackendGetAttribute(engine.get(), CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
                                                CUDNN_TYPE_NUMERICAL_NOTE, kMaxNotes, &count,
                                                notes.data()));
  notes.resize(static_cast<size_t>(std::min(count, kMaxNotes)));
  return std::none_of(notes.begin(), notes.end(), [&](cudnnBackendNumericalNote_t note) {
    return note == CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC ||
           note == CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS ||
           note == CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION ||
           (note == CUDNN_NUMERICAL_NOTE_TENSOR_CORE && !options.allow_tensor_cores);
  });
}

absl::StatusOr<DnnDescriptor> MakePlan(const DnnTarget& target,
                                       const DnnDescriptor& configuration) {
  ASSIGN_OR_RETURN(DnnDescriptor plan,
                   DnnDescriptor::Create(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR));
  RETURN_IF_ERROR(SetTarget(plan, target, CUDNN_ATTR_EXECUTION_PLAN_HANDLE,
                            CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP));
  RETURN_IF_ERROR(plan.SetDescriptor(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration));
  RETURN_IF_ERROR(plan.Finalize());
  return plan;
}

// The exact engines, best first as heuristics rank them.
absl::StatusOr<std::vector<DnnDescriptor>> ExactProposals(const DnnTarget& target,
                                                          const DnnDescriptor& graph,
                                                          const DnnPlanOptions& options) {
  std::vector<DnnDescriptor> exact;
  for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
    ASSIGN_OR_RETURN(std::vector<DnnDescriptor> proposals, Proposals(target, graph, mode));
    for (DnnDescriptor& proposal : proposals) {
      ASSIGN_OR_RETURN(const bool is_exact, IsExact(proposal, options));
      if (is_exact) exact.push_back(std::move(proposal));
    }
  }
  return exact;
}

int64_t Aligned(int64_t nbytes) { return (nbytes + 255) / 256 * 256; }

}  // namespace

absl::StatusOr<std::shared_ptr<const DnnPlan>> DnnPlan::Create(Libraries& libraries, DnnGraph graph,
                                                               const DnnPlanOptions& options) {
  RETURN_IF_ERROR(graph.status());
  const std::string key =
      fmt::format("{} {} {}", options.allow_tensor_cores, options.measure, graph.description());
  return libraries.Plan(key, [&] { return Make(libraries, std::move(graph), options); });
}

absl::StatusOr<std::shared_ptr<const DnnPlan>> DnnPlan::Make(Libraries& libraries, DnnGraph graph,
                                                             const DnnPlanOptions& options) {
  std::shared_ptr<DnnPlan> made(new DnnPlan());
  ASSIGN_OR_RETURN(made->target_, libraries.Dnn());
  ASSIGN_OR_RETURN(made->graph_, MakeGraph(made->target_, graph));
  made->operations_ = std::move(graph);
  ASSIGN_OR_RETURN(const std::vector<DnnDescriptor> exact,
                   ExactProposals(made->target_, made->graph_, options));
  if (options.measure && made->target_.handle != nullptr && exact.size() > 1) {
    const std::string description =
        fmt::format("cudnn {} {} {} of {}\n{}", cudnnGetVersion(), DeviceKind(),
                    options.allow_tensor_cores, exact.size(), made->operations_.description());
    if (made->AdoptBest(libraries, exact, description).ok()) {
      return std::shared_ptr<const DnnPlan>(std::move(made));
    }
  }
  for (const DnnDescriptor& configuration : exact) {
    // A heuristic may propose what the device cannot do.
    if (made->Adopt(configuration).ok()) return std::shared_ptr<const DnnPlan>(std::move(made));
  }
  return Unimplemented("cuDNN: expected an engine for the operations, received none");
}

absl::Status DnnPlan::Adopt(const DnnDescriptor& configuration) {
  ASSIGN_OR_RETURN(plan_, MakePlan(target_, configuration));
  int64_t count = 0;
  return ToStatus(cudnnBackendGetAttribute(plan_.get(), CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE,
                                           CUDNN_TYPE_INT64, 1, &count, &workspace_nbytes_),
                  "cudnnBackendGetAttribute");
}

absl::Status DnnPlan::AdoptBest(const Libraries& libraries, const std::vector<DnnDescriptor>& exact,
                                const std::string& description) {
  const auto kept = [&]() -> std::optional<size_t> {
    const std::optional<int64_t> choice = libraries.choices().Find(description);
    const bool is_one = choice && *choice >= 0 && *choice < static_cast<int64_t>(exact.size());
    return is_one ? std::optional(static_cast<size_t>(*choice)) : std::nullopt;
  };
  std::optional<size_t> best = kept();
  if (best) return Adopt(exact[*best]);
  float best_us = 0;
  for (size_t i = 0; i < std::min(exact.size(), kMaxMeasured); ++i) {
    if (!Adopt(exact[i]).ok() || workspace_nbytes_ > kMaxWorkspaceNbytes) continue;
    const absl::StatusOr<float> us = MeasureUs();
    if (!us.ok() || (best && *us >= best_us)) continue;
    best = i;
    best_us = *us;
  }
  if (!best) return Unimplemented("cuDNN: expected an engine that runs, received none");
  libraries.choices().Keep(description, static_cast<int64_t>(*best));
  // What another thread or process found meanwhile, if it was first.
  return Adopt(exact[kept().value_or(*best)]);
}

absl::StatusOr<float> DnnPlan::MeasureUs() const {
  int64_t nbytes = Aligned(workspace_nbytes_);
  for (const auto& [id, span] : operations_.spans()) nbytes += Aligned(span);
  ASSIGN_OR_RETURN(const Scratch scratch, Scratch::Make(nbytes));
  std::byte* next = scratch.data() + Aligned(workspace_nbytes_);
  Addresses addresses;
  for (const auto& [id, span] : operations_.spans()) {
    addresses.emplace_back(id, next);
    next += Aligned(span);
  }
  return LeastUs([&](cudaStream_t stream) { return Enqueue(addresses, scratch.data(), stream); });
}

absl::Status DnnPlan::Enqueue(const Addresses& addresses, void* workspace,
                              cudaStream_t stream) const {
  RETURN_IF_CUDA_ERROR(cudnnSetStream(target_.handle, stream));
  std::vector<int64_t> ids;
  std::vector<void*> pointers;
  for (const auto& [id, address] : addresses) {
    ids.push_back(id);
    pointers.push_back(address);
  }
  std::vector<std::pair<int64_t, float>> numbers = operations_.numbers();
  for (auto& [id, number] : numbers) {
    ids.push_back(id);
    pointers.push_back(&number);
  }
  ASSIGN_OR_RETURN(DnnDescriptor pack,
                   DnnDescriptor::Create(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR));
  RETURN_IF_ERROR(pack.SetInts(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, ids));
  RETURN_IF_ERROR(pack.Set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR,
                           static_cast<int64_t>(pointers.size()), pointers.data()));
  RETURN_IF_ERROR(pack.Set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, &workspace));
  RETURN_IF_ERROR(pack.Finalize());
  return ToStatus(cudnnBackendExecute(target_.handle, plan_.get(), pack.get()),
                  "cudnnBackendExecute");
}

}  // namespace tricorn::backend::cuda
