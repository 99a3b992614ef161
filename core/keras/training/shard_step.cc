#include "core/keras/training/shard_step.h"

#include <algorithm>
#include <tuple>

#include "core/backend/device_collectives.h"
#include "core/comm/bucket_reducer.h"

namespace tricorn::keras {
namespace {

using ir::Value;
using ir::Values;

// Small enough that the first ones travel while most of backward is still to come, large enough
// that their fixed cost does not show.
constexpr int64_t kBucketNbytes = int64_t{1} << 20;
// Larger on GPUs, where each costs two exchanges and a kernel whatever its size.
constexpr int64_t kGpuBucketNbytes = int64_t{8} << 20;

// For a run whose sums nobody wants, wherever they are.
class DiscardingCollectives : public backend::DeviceCollectives {
 public:
  absl::Status Start(int32_t, const void*, int64_t, DType) override { return absl::OkStatus(); }
  absl::Status Wait(int32_t, void*) override { return absl::OkStatus(); }
};

// On a GPU shards follow each other on its stream.
int ConcurrentShards(const Distribution& distribution) {
  if (distribution.device_group != nullptr) return 1;
  return std::max(
      1, std::min(distribution.concurrent_shards, distribution.communicator->shards().size()));
}

absl::StatusOr<backend::Buffer> ZeroBuffer(backend::Device& device, const ir::Type& type) {
  ASSIGN_OR_RETURN(backend::Buffer buffer, device.Allocate(type.nbytes()));
  RETURN_IF_ERROR(device.Upload(Tensor(type.dtype, type.shape), buffer));
  return buffer;
}

}  // namespace

ShardStep::ShardStep(const CompiledModel& compiled, DeviceState& state,
                     const Distribution& distribution, bool training)
    : compiled_(compiled),
      state_(state),
      distribution_(distribution),
      training_(training),
      pool_(ConcurrentShards(distribution)),
      discarding_(std::make_unique<DiscardingCollectives>()),
      lanes_(static_cast<size_t>(distribution.communicator->shards().size())) {}

absl::StatusOr<Function::Outputs> ShardStep::TraceShard(CallContext& context,
                                                        ir::Operands arguments,
                                                        const StepInputs& inputs,
                                                        SumLayout& layout) {
  const Value rows = arguments[arguments.size() - 2];
  context.set_shard(arguments[arguments.size() - 1]);
  StepTrace trace(compiled_, rows);
  ASSIGN_OR_RETURN(const StepSums sums,
                   trace.SumShard(context, inputs.Values(arguments), training_));
  Values started;
  std::tie(layout, started) = SumLayout::Start(
      context.builder(), sums, trace.statistics(), compiled_.trainable.size(), part(),
      distribution_.device_group != nullptr ? kGpuBucketNbytes : kBucketNbytes);
  RETURN_IF_ERROR(context.builder().status());
  Function::Outputs outputs;
  for (size_t i = 0; i < started.size(); ++i) {
    outputs.emplace_back(fmt::format("bucket{}", i), started[i]);
  }
  return outputs;
}

absl::StatusOr<const Function*> ShardStep::FunctionFor(const StepInputs& inputs) {
  std::unique_ptr<Function>& function = functions_[inputs.Key()];
  if (function != nullptr) return function.get();
  auto arguments = inputs.Types();
  arguments.emplace_back("rows", ir::Type{DType::kF32, {}});
  arguments.emplace_back("shard", ir::Type{DType::kU32, {}});
  SumLayout layout;
  ASSIGN_OR_RETURN(function, Function::Compile(state_.device(), arguments,
                                               [&](CallContext& context, ir::Operands values) {
                                                 return TraceShard(context, values, inputs, layout);
                                               },
                                               {.training = training_,
                                                .num_threads = distribution_.threads_per_shard,
                                                .pass = nullptr,
                                                .pure = true}));
  RETURN_IF_ERROR(AdoptLayout(std::move(layout)));
  return function.get();
}

absl::Status ShardStep::AdoptLayout(SumLayout layout) {
  if (layout_ != nullptr) {
    if (*layout_ == layout) return absl::OkStatus();
    return Internal("step: expected the same sums for every number of samples, received others");
  }
  layout_ = std::make_unique<SumLayout>(std::move(layout));
  backend::Device& device = state_.device();
  std::vector<comm::Bucket> buckets;
  for (const SumLayout::Bucket& bucket : layout_->buckets) {
    ASSIGN_OR_RETURN(sums_.emplace_back(), ZeroBuffer(device, {bucket.dtype, {bucket.count}}));
    buckets.push_back({bucket.dtype, bucket.count, sums_.back().data, bucket.slices});
  }
  ASSIGN_OR_RETURN(rows_, device.Allocate(sizeof(float)));
  uint32_t shard = static_cast<uint32_t>(distribution_.communicator->shards().first);
  for (Lane& lane : lanes_) {
    for (const SumLayout::Bucket& bucket : layout_->buckets) {
      ASSIGN_OR_RETURN(lane.sums.emplace_back(),
                       ZeroBuffer(device, {bucket.dtype, {bucket.count}}));
    }
    ASSIGN_OR_RETURN(lane.shard, device.Allocate(sizeof(uint32_t)));
    RETURN_IF_ERROR(device.Upload(Tensor::Scalar(shard++), lane.shard));
  }
  ASSIGN_OR_RETURN(reducer_, MakeReducer(std::move(buckets)));
  if (part() == nullptr) return CompileAdvance();
  ASSIGN_OR_RETURN(
      update_, PartUpdate::Create(compiled_, state_, *layout_, distribution_.threads_per_shard));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<comm::ShardReducer>> ShardStep::MakeReducer(
    std::vector<comm::Bucket> buckets) const {
  if (distribution_.device_group != nullptr) {
    return distribution_.device_group->MakeReducer(std::move(buckets));
  }
  if (state_.device().platform() == "cuda") {
    return FailedPrecondition("shards on a GPU: expected a group of GPUs, received none");
  }
  return std::make_unique<comm::BucketReducer>(*distribution_.communicator, std::move(buckets));
}

// Graphs that hold the reducer's collectives go before it.
ShardStep::~ShardStep() {
  functions_.clear();
  advance_.reset();
  update_.reset();
}

absl::Status ShardStep::CompileAdvance() {
  auto arguments = layout_->BucketTypes();
  arguments.emplace_back("rows", ir::Type{DType::kF32, {}});
  const auto body = [&](CallContext& context,
                        ir::Operands values) -> absl::StatusOr<Function::Outputs> {
    const StepSums sums = layout_->Read(context.builder(), values, nullptr);
    const StepTrace trace(compiled_, values.back());
    RETURN_IF_ERROR(trace.Advance(context, sums, 0, training_, layout_->statistics));
    return Function::Outputs{};
  };
  ASSIGN_OR_RETURN(advance_, Function::Compile(state_.device(), arguments, body,
                                               {.training = training_,
                                                .num_threads = distribution_.threads_per_shard}));
  return absl::OkStatus();
}

absl::Status ShardStep::PrepareLane(Lane& lane, const Function& function) {
  if (!lane.assigned.empty()) return absl::OkStatus();
  for (const Variable* variable : function.assigned()) {
    ASSIGN_OR_RETURN(lane.assigned.emplace_back(),
                     state_.device().Allocate(variable->type.nbytes()));
  }
  return absl::OkStatus();
}

// What an empty shard contributes, where the shard's run would put it.
absl::Status ShardStep::ContributeZeros(int index) {
  const Lane& lane = lanes_[static_cast<size_t>(index)];
  const int shard = distribution_.communicator->shards().first + index;
  for (size_t i = 0; i < lane.sums.size(); ++i) {
    const SumLayout::Bucket& bucket = layout_->buckets[i];
    RETURN_IF_ERROR(
        state_.device().Upload(Tensor(bucket.dtype, Shape({bucket.count})), lane.sums[i]));
    reducer_->Contribute(static_cast<int>(i), shard, lane.sums[i].data);
  }
  return absl::OkStatus();
}

absl::Status ShardStep::RunLane(int index, const StepInputs& inputs, bool discard, bool on_device) {
  Lane& lane = lanes_[static_cast<size_t>(index)];
  const int shard = distribution_.communicator->shards().first + index;
  ASSIGN_OR_RETURN(const Function* function, FunctionFor(inputs));
  backend::Device& device = state_.device();
  const std::vector<Tensor> tensors = inputs.Tensors();
  std::vector<backend::Buffer>& kept = lane.arguments[inputs.Key()];
  for (size_t i = kept.size(); i < tensors.size(); ++i) {
    ASSIGN_OR_RETURN(kept.emplace_back(), device.Allocate(tensors[i].nbytes()));
  }
  for (size_t i = 0; i < tensors.size() && !on_device; ++i) {
    RETURN_IF_ERROR(device.Upload(tensors[i], kept[i]));
  }
  std::vector<backend::Buffer> arguments = kept;
  arguments.push_back(rows_);
  arguments.push_back(lane.shard);
  std::vector<backend::Buffer> results = lane.sums;
  results.insert(results.end(), lane.assigned.begin(), lane.assigned.end());
  backend::Collectives* const collectives =
      discard ? discarding_.get() : &reducer_->CollectivesOf(shard);
  return function->Run(state_, arguments, results, {.collectives = collectives});
}

// Counters that all shards advance alike.
absl::Status ShardStep::KeepCounters(const Function& function, Lane& lane) {
  for (size_t i = 0; i < function.assigned().size(); ++i) {
    const Variable& variable = *function.assigned()[i];
    if (variable.aggregation != Aggregation::kOwn) continue;
    RETURN_IF_ERROR(state_.Exchange(variable, lane.assigned[i]));
  }
  return absl::OkStatus();
}

absl::Status ShardStep::Run(const std::vector<StepInputs>& shards, int64_t rows, bool on_device) {
  CHECK(shards.size() == lanes_.size() && !shards.empty());
  // Compiling and copying variables to the device happen before anything runs side by side. A
  // worker whose shards are all empty computes one row of zeros, so that its counters advance too.
  int counting = -1;  // the lane whose counters are kept
  for (size_t i = 0; i < shards.size() && counting < 0; ++i) {
    if (shards[i].rows() > 0) counting = static_cast<int>(i);
  }
  const bool idle = counting < 0;
  const StepInputs substitute = idle ? shards[0].OneZeroRow() : StepInputs();
  if (idle) counting = 0;
  const Function* counted = nullptr;
  for (size_t i = 0; i < shards.size(); ++i) {
    const bool counts = static_cast<int>(i) == counting;
    if (shards[i].rows() == 0 && !counts) continue;
    ASSIGN_OR_RETURN(const Function* function, FunctionFor(idle ? substitute : shards[i]));
    RETURN_IF_ERROR(PrepareLane(lanes_[i], *function));
    if (counts) counted = function;
  }
  if (!on_device) {
    RETURN_IF_ERROR(state_.device().Upload(Tensor::Scalar(static_cast<float>(rows)), rows_));
  }
  RETURN_IF_ERROR(counted->PrepareState(state_));

  RETURN_IF_ERROR(reducer_->BeginStep());
  std::vector<absl::Status> statuses(shards.size());
  // Before the lane's zeros, which lie where its sums do.
  const absl::Status counted_idly =
      idle ? RunLane(0, substitute, true, on_device) : absl::OkStatus();
  pool_.ForEach(static_cast<int>(shards.size()), [&](int i) {
    const auto at = static_cast<size_t>(i);
    statuses[at] =
        shards[at].rows() == 0 ? ContributeZeros(i) : RunLane(i, shards[at], false, on_device);
  });
  statuses.push_back(counted_idly);
  for (const absl::Status& status : statuses) {
    if (status.ok()) continue;
    reducer_->Abort(status);
    return status;
  }
  for (size_t bucket = 0; bucket < sums_.size(); ++bucket) {
    RETURN_IF_ERROR(reducer_->Wait(static_cast<int>(bucket)));
  }
  RETURN_IF_ERROR(KeepCounters(*counted, lanes_[static_cast<size_t>(counting)]));
  // The first lane's addends are summed: the next weights travel in their place.
  if (update_ != nullptr) return update_->Run(sums_, rows_, lanes_[0].sums, *reducer_);
  std::vector<backend::Buffer> arguments = sums_;
  arguments.push_back(rows_);
  return advance_->Run(state_, arguments, {}, {});
}

}  // namespace tricorn::keras
