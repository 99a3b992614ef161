#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "core/keras/layers/call_context.h"
#include "core/keras/models/model.h"
#include "core/keras/training/compiled.h"
#include "core/transform/gradient/remat.h"

// A training step in two parts. The first computes, from one virtual shard's samples, what is
// summed over shards; the second turns the sums into the next state. With one shard both are traced
// into one graph.

namespace tricorn::keras {

class OptimizerPart;

// A model as `compile` prepared it for batches of given types.
struct CompiledModel {
  Model* model = nullptr;
  std::shared_ptr<Optimizer> optimizer;  // null when the model was not compiled with one
  std::vector<CompiledLoss> losses;
  std::vector<CompiledMetric> metrics;
  // Null where every rank has all of the optimizer's state. Else `optimizer` is of its own pieces.
  const OptimizerPart* part = nullptr;
  std::vector<Variable*> trainable;    // in the optimizer's order
  std::vector<Variable*> overwritten;  // whose gradients are their next values
  // What metrics accumulate: the loss's total and count, those of each loss where there are
  // several, then the metrics', in order.
  std::vector<std::unique_ptr<Variable>> metric_variables;

  size_t num_loss_means() const { return losses.size() > 1 ? 1 + losses.size() : 1; }
};

// Values of one batch, or of a shard of it. `y` and `sample_weight` go by output, where entries may
// be missing or none.
struct BatchValues {
  ir::Values x;
  ir::Values y;
  ir::Values sample_weight;
  bool shares_weight = false;  // the only sample_weight is that of all outputs
};

// Losses divide by what the whole batch would count. Where only the data tells the count, that is
// summed along, and corrects what the loss added to the sums: so each such loss has gradients of
// its own, beside those of all other losses together.
struct LossGroups {
  bool has_plain = false;        // gradients that need no correction come first
  std::vector<int> coverage_of;  // by loss: its entry of StepSums::coverage, or -1
  size_t size() const {
    return (has_plain ? 1 : 0) +
           static_cast<size_t>(std::count_if(coverage_of.begin(), coverage_of.end(),
                                             [](int coverage) { return coverage >= 0; }));
  }
  bool operator==(const LossGroups&) const = default;
};

// What the shards of a step add up. Scalars unless said otherwise.
struct StepSums {
  LossGroups groups;
  // By group, then trainable weight; then, of the first group, by overwritten weight. Empty when
  // not training.
  ir::Values gradients;
  ir::Values losses;      // each compiled loss's part of its mean
  ir::Value extra;        // losses that layers added; none where they added none
  ir::Values coverage;    // for losses that divide by a count found in the data: count / entries
  ir::Values metrics;     // addends of the metrics' variables, any shape
  ir::Values statistics;  // next values of variables that shards average, any shape
  ir::Value shards;       // 1

  // The same members in order, for sending; SumLayout::Read undoes it.
  ir::Values Flatten() const;
};

class StepTrace {
 public:
  // `rows`: samples of the whole batch, as a float32 scalar, where this trace sees one of several
  // shards; none where it sees all of it.
  StepTrace(const CompiledModel& compiled, ir::Value rows) : compiled_(compiled), rows_(rows) {}

  // Calls the model and its losses and metrics on a shard, and differentiates if `training`.
  // Appends to `assigned` the variables whose next values `statistics` holds.
  absl::StatusOr<StepSums> SumShard(CallContext& context, const BatchValues& batch, bool training);

  // Assigns the next state from sums over all shards: weights, slots, statistics, metrics.
  // `statistics`: the variables of sums.statistics. With a part, sums.gradients go by its own
  // pieces, which are assigned in place of the weights.
  absl::Status Advance(CallContext& context, const StepSums& sums, double shard_rows, bool training,
                       std::span<const Variable* const> statistics) const;

  const std::vector<const Variable*>& statistics() const { return statistics_; }

 private:
  // The gradients of the groups' objectives, and what the first says of `overwritten` weights.
  absl::StatusOr<ir::Values> GroupGradients(CallContext& context, ir::Operands objectives,
                                            std::span<Variable* const> overwritten,
                                            std::span<const transform::RematRegion> remat) const;
  // The sum of the groups' gradients, each corrected: by trainable weight, or by own piece.
  ir::Values WholeGradients(const StepSums& sums, ir::Operands corrections) const;
  // Weights, or own pieces of them.
  size_t NumUpdated() const;
  ir::Value LossPart(const CompiledLoss& loss, const BatchValues& batch, ir::Value y_pred,
                     ir::Value mask, double shard_rows, StepSums& sums) const;
  void SumMetrics(CallContext& context, const BatchValues& batch, ir::Operands y_pred,
                  StepSums& sums) const;

  const CompiledModel& compiled_;
  const ir::Value rows_;
  std::vector<const Variable*> statistics_;
};

}  // namespace tricorn::keras
