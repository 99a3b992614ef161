#pragma once

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/backend/device.h"

namespace tricorn::backend {

// Two executables that compute what one would: `prepare` what constant inputs decide, into buffers
// of its own and again when they have changed or others are passed; `run` the rest, from the inputs
// and these buffers. (transform::SplitConstantPart makes the graphs.)
class PreparedExecutable : public Executable {
 public:
  static absl::StatusOr<std::unique_ptr<Executable>> Create(Device& device,
                                                            std::unique_ptr<Executable> prepare,
                                                            std::unique_ptr<Executable> run,
                                                            std::vector<int32_t> constant_inputs);

  absl::Status Run(std::span<const Buffer> inputs, std::span<const Buffer> outputs,
                   const RunContext& context) const override;
  void InputsChanged() override;
  const ir::Graph& graph() const override { return run_->graph(); }
  int64_t arena_nbytes() const override { return run_->arena_nbytes(); }

 private:
  PreparedExecutable(std::unique_ptr<Executable> prepare, std::unique_ptr<Executable> run,
                     std::vector<int32_t> constant_inputs)
      : prepare_(std::move(prepare)),
        run_(std::move(run)),
        constant_inputs_(std::move(constant_inputs)) {}
  absl::Status Prepare(std::span<const Buffer> inputs) const;

  const std::unique_ptr<Executable> prepare_, run_;
  const std::vector<int32_t> constant_inputs_;
  std::vector<Buffer> prepared_;  // constant after construction
  mutable absl::Mutex mu_;
  // Where the constant inputs lay that prepared_ is of; empty for none.
  mutable std::vector<const std::byte*> prepared_from_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tricorn::backend
