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
#include "core/keras/training/step_inputs.h"
#include "core/keras/training/step_trace.h"

namespace tricorn::keras {

// A step whose batch is cut into virtual shards: each owned shard runs on its own and hands its
// sums over as they come; when those of all shards are there, every worker computes the same next
// state.
class ShardStep {
 public:
  ShardStep(const CompiledModel& compiled, DeviceState& state, const Distribution& distribution,
            bool training);
  ~ShardStep();

  // `shards`: the samples of each owned shard, any of which may be empty. `rows`: of the whole
  // batch. `on_device`: the shards are those of the last call, and still where it put them.
  absl::Status Run(const std::vector<StepInputs>& shards, int64_t rows, bool on_device = false);

 private:
  // Where a sum lies in the buckets.
  struct Place {
    ir::Type type;
    int bucket = 0;
    int64_t offset = 0;  // in elements
    bool operator==(const Place&) const = default;
  };
  // What all shard functions of this step agree on, whatever their number of samples.
  struct Layout {
    std::vector<Place> places;                       // by entry of StepSums::Flatten
    std::vector<std::pair<DType, int64_t>> buckets;  // dtype, elements
    LossGroups groups;
    size_t num_losses = 0, num_coverage = 0, num_metrics = 0, num_gradients = 0;
    bool has_extra = false;
    std::vector<const Variable*> statistics;
    bool operator==(const Layout&) const = default;
  };
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
                                               const StepInputs& inputs, Layout& layout);
  ir::Values StartReductions(ir::Builder& builder, const StepSums& sums, Layout& layout) const;
  absl::Status AdoptLayout(Layout layout);
  absl::StatusOr<std::unique_ptr<comm::ShardReducer>> MakeReducer(
      std::vector<comm::Bucket> buckets) const;
  absl::Status ContributeZeros(int lane);
  absl::Status CompileAdvance();
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
  std::unique_ptr<Layout> layout_;
  std::vector<backend::Buffer> sums_;  // over all shards, by bucket
  backend::Buffer rows_;               // samples of the whole batch
  std::vector<Lane> lanes_;
  std::unique_ptr<Function> advance_;
  std::unique_ptr<comm::ShardReducer> reducer_;  // before the buffers that it reads
};

}  // namespace tricorn::keras
