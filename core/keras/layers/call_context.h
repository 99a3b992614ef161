#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "core/ir/builder.h"
#include "core/keras/layers/variable.h"

namespace tricorn::keras {

// One trace of a model: where layers find their weights as graph values, and where they leave what
// is not an output. Training, evaluation and prediction differ only in `training`.
class CallContext {
 public:
  CallContext(ir::Builder& builder, bool training)
      : outermost_(builder), builder_(&builder), training_(training) {}
  CallContext(const CallContext&) = delete;
  CallContext& operator=(const CallContext&) = delete;

  // Of the graph that layers are building now: within a loop, of the loop's body.
  ir::Builder& builder() { return *builder_; }
  bool training() const { return training_; }

  // The current value of `variable` within this trace: a graph input named by the variable's path
  // when first asked ("path:2" for a second variable of that path), or what was last assigned. In
  // the variable's own dtype: layers cast to their compute dtype.
  ir::Value Read(const Variable& variable);
  // The variable's value after this call: moving statistics, seeds, recurrent states. Within a loop
  // an error (Unimplemented) for what the loop's body computes.
  void Assign(const Variable& variable, ir::Value value);

  // A loss besides the compiled one; as with Assign, not one that a loop's body computes.
  // `per_sample` losses (activity regularizers) were divided by the batch size, so that shards
  // combine by sample count; the others depend on weights alone and count once.
  void AddLoss(ir::Value loss, bool per_sample);

  // Masks travel beside values, as Keras's `_keras_mask`: bool, none when default.
  void SetMask(ir::Value value, ir::Value mask) { masks_[KeyOf(value)] = mask; }
  ir::Value MaskOf(ir::Value value) const;

  // A fresh (2,) uint32 key for random ops, from the layer's seed variable, which advances by one;
  // distinct for each shard and each step of a loop. `shard` below must be set when the trace
  // serves several shards.
  ir::Value NextSeed(const Variable& seed);
  // Scalar uint32 index of the virtual shard that this trace computes; none means shard 0.
  void set_shard(ir::Value shard) { shard_ = shard; }
  bool sharded() const { return static_cast<bool>(shard_); }

  struct ReadVariable {
    const Variable* variable;
    ir::Value input;
  };
  struct Assigned {
    const Variable* variable;
    ir::Value value;
  };
  struct Loss {
    ir::Value value;
    bool per_sample;
  };
  // In the order of first use.
  const std::vector<ReadVariable>& reads() const { return reads_; }
  const std::vector<Assigned>& assigned() const { return assigned_; }
  const std::vector<Loss>& losses() const { return losses_; }

  // While it lives, layers build the region of `region`, the body of a loop; `step`, a scalar
  // uint32 of that region, counts the loop's steps. Weights are still inputs of the outermost
  // graph.
  class RegionScope {
   public:
    RegionScope(CallContext& context, ir::Builder& region, ir::Value step)
        : context_(context), builder_before_(context.builder_), step_before_(context.step_) {
      context.builder_ = &region;
      context.step_ = step;
    }
    ~RegionScope() {
      context_.builder_ = builder_before_;
      context_.step_ = step_before_;
    }
    RegionScope(const RegionScope&) = delete;
    RegionScope& operator=(const RegionScope&) = delete;

   private:
    CallContext& context_;
    ir::Builder* const builder_before_;
    const ir::Value step_before_;
  };

  // While it lives, calls see the given `training`: the argument of a call in a functional graph.
  class TrainingScope {
   public:
    TrainingScope(CallContext& context, bool training)
        : context_(context), before_(context.training_) {
      context.training_ = training;
    }
    ~TrainingScope() { context_.training_ = before_; }
    TrainingScope(const TrainingScope&) = delete;
    TrainingScope& operator=(const TrainingScope&) = delete;

   private:
    CallContext& context_;
    const bool before_;
  };

 private:
  using MaskKey = std::pair<const ir::Builder*, ir::ValueId>;
  static MaskKey KeyOf(ir::Value value) { return {&value.builder(), value.id()}; }
  // An error unless `value` is of the outermost graph.
  void ExpectOutermost(ir::Value value, std::string_view what);

  ir::Builder& outermost_;
  ir::Builder* builder_;
  bool training_;
  ir::Value shard_;
  ir::Value step_;  // of the innermost loop
  std::vector<ReadVariable> reads_;
  std::vector<Assigned> assigned_;
  std::vector<Loss> losses_;
  absl::flat_hash_map<const Variable*, size_t> read_at_;
  absl::flat_hash_map<const Variable*, size_t> assigned_at_;
  absl::flat_hash_set<std::string> input_names_;
  absl::flat_hash_map<MaskKey, ir::Value> masks_;
};

}  // namespace tricorn::keras
