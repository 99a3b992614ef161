#pragma once

#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "core/keras/layers/call_context.h"
#include "core/keras/models/model.h"
#include "core/keras/training/compiled.h"

// A training step in two parts. The first computes, from one virtual shard's samples, what is
// summed over shards; the second turns the sums into the next state. With one shard both are traced
// into one graph.

namespace tricorn::keras {

// A model as `compile` prepared it for batches of given types.
struct CompiledModel {
  Model* model = nullptr;
  std::shared_ptr<Optimizer> optimizer;  // null when the model was not compiled with one
  std::vector<CompiledLoss> losses;
  std::vector<CompiledMetric> metrics;
  std::vector<Variable*> trainable;    // in the optimizer's order
  std::vector<Variable*> overwritten;  // whose gradients are their next values
  // What metrics accumulate: the loss's total and count, those of each loss where there are
  // several, then the metrics', in order.
  std::vector<std::unique_ptr<Variable>> metric_variables;

  size_t num_loss_means() const { return losses.size() > 1 ? 1 + losses.size() : 1; }
};

// Values of one batch, or of a shard of it. `sample_weight` has no entry, one for all outputs, or
// one an output.
struct BatchValues {
  ir::Values x;
  ir::Values y;
  ir::Values sample_weight;
};

// What the shards of a step add up. Scalars unless said otherwise.
struct StepSums {
  ir::Values gradients;   // of the mean loss, by trainable, then by overwritten weight; empty when
                          // not training
  ir::Values losses;      // each compiled loss's part of its mean
  ir::Value extra;        // losses that layers added; none where they added none
  ir::Values coverage;    // for losses that divide by a count found in the data: count / entries
  ir::Values metrics;     // addends of the metrics' variables, any shape
  ir::Values statistics;  // next values of variables that shards average, any shape
  ir::Value shards;       // 1

  // The same members in order, for sending; Unflatten undoes it.
  ir::Values Flatten() const;
};

class StepTrace {
 public:
  // `rows`: samples of the whole batch, as a float32 scalar, where this trace sees one of several
  // shards; none where it sees all of it.
  StepTrace(const CompiledModel& compiled, ir::Value rows) : compiled_(compiled), rows_(rows) {}

  // Calls the model and its losses and metrics on a shard, and differentiates if `training`.
  // Appends to `assigned` the variables whose next values `statistics` holds. Errors: Unimplemented
  // for several losses of which one divides by a count found in the data, over several shards.
  absl::StatusOr<StepSums> SumShard(CallContext& context, const BatchValues& batch, bool training);

  // Assigns the next state from sums over all shards: weights, slots, statistics, metrics.
  // `statistics`: the variables of sums.statistics.
  absl::Status Advance(CallContext& context, const StepSums& sums, double shard_rows, bool training,
                       std::span<const Variable* const> statistics) const;

  const std::vector<const Variable*>& statistics() const { return statistics_; }

 private:
  ir::Value LossPart(const CompiledLoss& loss, const BatchValues& batch, ir::Value y_pred,
                     ir::Value mask, double shard_rows, StepSums& sums) const;
  void SumMetrics(CallContext& context, const BatchValues& batch, ir::Operands y_pred,
                  StepSums& sums) const;

  const CompiledModel& compiled_;
  const ir::Value rows_;
  std::vector<const Variable*> statistics_;
};

}  // namespace tricorn::keras
