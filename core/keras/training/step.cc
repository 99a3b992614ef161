#include "core/keras/training/step.h"

#include "core/base/status.h"

namespace tricorn::keras {

Step::Step(const CompiledModel& compiled, DeviceState& state, const Distribution& distribution,
           bool training) {
  if (distribution.is_sharded()) {
    sharded_ = std::make_unique<ShardStep>(compiled, state, distribution, training);
  } else {
    whole_ = std::make_unique<WholeStep>(compiled, state, distribution.threads_per_shard, training);
  }
}

absl::Status Step::Run(const std::vector<StepInputs>& shards, int64_t rows) {
  return sharded_ != nullptr ? sharded_->Run(shards, rows) : whole_->Run(shards[0]);
}

absl::Status Step::RunAgain(const std::vector<StepInputs>& shards, int64_t rows) {
  CHECK(sharded_ != nullptr);
  return sharded_->Run(shards, rows, /*on_device=*/true);
}

absl::Status Step::RunOnDevice(const StepInputs& like, std::span<const backend::Buffer> arguments) {
  CHECK(whole_ != nullptr);
  return whole_->RunOnDevice(like, arguments);
}

}  // namespace tricorn::keras
