#pragma once

#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "core/keras/training/distribution.h"
#include "core/keras/training/shard_step.h"
#include "core/keras/training/whole_step.h"

namespace tricorn::keras {

// A training or evaluation step, whole or by shards, compiled once for each shape of its batches.
class Step {
 public:
  Step(const CompiledModel& compiled, DeviceState& state, const Distribution& distribution,
       bool training);

  // `shards`: the samples of each owned shard, one entry without shards. `rows`: of the whole
  // batch.
  absl::Status Run(const std::vector<StepInputs>& shards, int64_t rows);
  // By shards only: on the batches of the last Run, which are on the device already.
  absl::Status RunAgain(const std::vector<StepInputs>& shards, int64_t rows);
  // Without shards only: on a batch that is on the device already, of the types of `like`.
  absl::Status RunOnDevice(const StepInputs& like, std::span<const backend::Buffer> arguments);

 private:
  std::unique_ptr<WholeStep> whole_;
  std::unique_ptr<ShardStep> sharded_;
};

}  // namespace tricorn::keras
