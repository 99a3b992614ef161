#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/thread_pool.h"
#include "core/comm/shard_reducer.h"
#include "core/keras/training/distribution.h"
#include "core/keras/training/function.h"
#include "core/keras/training/part_update.h"
#include "core/keras/training/step_inputs.h"
#include "core/keras/training/step_trace.h"
#include "core/keras/training/sum_layout.h"

namespace tricorn::keras {

// A step whose batch is cut into virtual shards: each owned shard runs on its own and hands its
// sums over as they come; when those of all shards are there, every worker computes the same next
// state, or its part of it.
class ShardStep {
 public:
  ShardStep(const CompiledModel& compiled, DeviceState& state, const Distribution& distribution,
            bool training);
  ~ShardStep();

  // `shards`: the samples of each owned shard, any of which may be empty. `rows`: of the whole
  // batch. `on_device`: the shards are those of the last call, and still where it put them.
  absl::Status Run(const std::vector<StepInputs>& shards, int64_t rows, bool on_device = false);

 private:
  // One owned shard's buffers.
  struct Lane {
    std::vector<backend::Buffer> sums;      // by bucket
    std::vector<backend::Buffer> assigned;  // by assigned variable
    backend::Buffer shard;                  // its index
    // By the inputs' types. Where a step finds them again, its run needs no new preparation.
    std::map<std::string, std::vector<backend::Buffer>> arguments;
  };

  absl::StatusOr<const Function*> FunctionFor(const StepInputs& inputs);
  absl::StatusOr<Function::Outputs> TraceShard(CallContext& context, ir::Operands arguments,
                                               const StepInputs& inputs, SumLayout& layout);
  absl::Status AdoptLayout(SumLayout layout);
  absl::StatusOr<std::unique_ptr<comm::ShardReducer>> MakeReducer(
      std::vector<comm::Bucket> buckets) const;
  absl::Status ContributeZeros(int lane);
  absl::Status CompileAdvance();
  // Null where every rank advances the whole state.
  const OptimizerPart* part() const { return training_ ? compiled_.part : nullptr; }
  absl::Status PrepareLane(Lane& lane, const Function& function);
  absl::Status RunLane(int lane, const StepInputs& inputs, bool discard, bool on_device);
  absl::Status KeepCounters(const Function& function, Lane& lane);

  const CompiledModel& compiled_;
  DeviceState& state_;
  const Distribution distribution_;
  const bool training_;
  ThreadPool pool_;
  const std::unique_ptr<backend::Collectives> discarding_;
  std::map<std::string, std::unique_ptr<Function>> functions_;  // by the inputs' types
  std::unique_ptr<SumLayout> layout_;
  std::vector<backend::Buffer> sums_;  // over all shards, by bucket
  backend::Buffer rows_;               // samples of the whole batch
  std::vector<Lane> lanes_;
  std::unique_ptr<Function> advance_;  // or, with a part,
  std::unique_ptr<PartUpdate> update_;
  std::unique_ptr<comm::ShardReducer> reducer_;  // before the buffers that it reads
};

}  // namespace tricorn::keras
