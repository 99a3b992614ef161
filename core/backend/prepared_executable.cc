#include "core/backend/prepared_executable.h"

#include "core/base/status.h"

namespace tricorn::backend {

absl::StatusOr<std::unique_ptr<Executable>> PreparedExecutable::Create(
    Device& device, std::unique_ptr<Executable> prepare, std::unique_ptr<Executable> run,
    std::vector<int32_t> constant_inputs) {
  std::unique_ptr<PreparedExecutable> made(
      new PreparedExecutable(std::move(prepare), std::move(run), std::move(constant_inputs)));
  const ir::Graph& graph = made->prepare_->graph();
  for (const ir::NamedValue& output : graph.outputs()) {
    ASSIGN_OR_RETURN(made->prepared_.emplace_back(),
                     device.Allocate(graph.type(output.value).nbytes()));
  }
  return std::unique_ptr<Executable>(std::move(made));
}

absl::Status PreparedExecutable::Prepare(std::span<const Buffer> inputs) const {
  std::vector<const std::byte*> from;
  for (const int32_t i : constant_inputs_) from.push_back(inputs[static_cast<size_t>(i)].data);
  const absl::MutexLock lock(&mu_);
  if (from == prepared_from_) return absl::OkStatus();
  prepared_from_.clear();
  RETURN_IF_ERROR(prepare_->Run(inputs, prepared_, {}));
  prepared_from_ = std::move(from);
  return absl::OkStatus();
}

absl::Status PreparedExecutable::Run(std::span<const Buffer> inputs,
                                     std::span<const Buffer> outputs,
                                     const RunContext& context) const {
  RETURN_IF_ERROR(Prepare(inputs));
  std::vector<Buffer> all(inputs.begin(), inputs.end());
  all.insert(all.end(), prepared_.begin(), prepared_.end());
  return run_->Run(all, outputs, context);
}

void PreparedExecutable::InputsChanged() {
  const absl::MutexLock lock(&mu_);
  prepared_from_.clear();
}

}  // namespace tricorn::backend
