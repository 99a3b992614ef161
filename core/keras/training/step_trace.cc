#include "core/keras/training/step_trace.h"

#include "core/keras/metrics/mean.h"
#include "core/keras/remat/remat_recording.h"
#include "core/keras/training/optimizer_part.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/transform/gradient/autodiff.h"

namespace tricorn::keras {
namespace {

using ir::Value;
using ir::Values;

Value SampleWeightOf(const BatchValues& batch, size_t output) {
  if (batch.shares_weight) return batch.sample_weight[0];
  return output < batch.sample_weight.size() ? batch.sample_weight[output] : Value();
}

Value SafeDivide(Value a, Value b) {
  const Value zero = ops::Equal(b, 0.0);
  return ops::Where(zero, 0.0, a / ops::Where(zero, 1.0, b));
}

void AddTo(Value& sum, Value addend) { sum = sum ? sum + addend : addend; }

}  // namespace

Values StepSums::Flatten() const {
  Values flat = gradients;
  flat.insert(flat.end(), losses.begin(), losses.end());
  if (extra) flat.push_back(extra);
  flat.insert(flat.end(), coverage.begin(), coverage.end());
  flat.insert(flat.end(), metrics.begin(), metrics.end());
  flat.insert(flat.end(), statistics.begin(), statistics.end());
  flat.push_back(shards);
  return flat;
}

// The shard's part of the loss's mean over the whole batch.
Value StepTrace::LossPart(const CompiledLoss& compiled, const BatchValues& batch, Value y_pred,
                          Value mask, double shard_rows, StepSums& sums) const {
  const Value weight = SampleWeightOf(batch, compiled.output);
  const LossSum loss = compiled.loss->Sum(batch.y[compiled.output], y_pred, weight, mask);
  if (!loss.divides) return loss.sum;
  if (!rows_) return SafeDivide(loss.sum, loss.divisor);
  if (loss.entries.rank() == 0) {
    // One loss for all of the shard's samples counts as many times.
    return loss.sum * ops::Cast(shard_rows / rows_, loss.sum.dtype());
  }
  // All shards divide by the entries that the batch would have without a mask; a count that only
  // the data tells is summed along and corrects the whole at the end.
  const bool known = loss.entries_per_row != 0;
  const double entries_per_row =
      known ? loss.entries_per_row
            : static_cast<double>(loss.entries.shape().num_elements()) / shard_rows;
  const Value entries = ops::Cast(rows_, loss.sum.dtype()) * entries_per_row;
  if (!known) sums.coverage.push_back(ops::Cast(loss.divisor / entries, DType::kF32));
  return loss.sum / entries;
}

void StepTrace::SumMetrics(CallContext& context, const BatchValues& batch, ir::Operands y_pred,
                           StepSums& sums) const {
  for (const CompiledMetric& compiled : compiled_.metrics) {
    const Value prediction = y_pred[compiled.output];
    const Value weight = compiled.weighted ? SampleWeightOf(batch, compiled.output) : Value();
    const Values addends =
        compiled.metric->Update(batch.y[compiled.output], ops::StopGradient(prediction), weight,
                                context.MaskOf(prediction));
    for (const Value& addend : addends) sums.metrics.push_back(ops::Cast(addend, DType::kF32));
  }
}

absl::StatusOr<Values> StepTrace::GroupGradients(
    CallContext& context, ir::Operands objectives, std::span<Variable* const> overwritten,
    std::span<const transform::RematRegion> remat) const {
  Values weights;
  for (const Variable* variable : compiled_.trainable) weights.push_back(context.Read(*variable));
  const size_t count = weights.size();
  for (const Variable* variable : overwritten) weights.push_back(context.Read(*variable));
  Values gradients, last;
  for (const Value& objective : objectives) {
    const Value scaled = compiled_.optimizer->ScaleLoss(context, objective);
    ASSIGN_OR_RETURN(const Values group,
                     transform::Gradients(context.builder(), {{scaled}}, {{ops::OnesLike(scaled)}},
                                          weights, remat));
    const auto own = group.begin() + static_cast<std::ptrdiff_t>(count);
    gradients.insert(gradients.end(), group.begin(), own);
    if (last.empty()) last.assign(own, group.end());
    weights.resize(count);
  }
  gradients.insert(gradients.end(), last.begin(), last.end());
  return gradients;
}

Values StepTrace::WholeGradients(const StepSums& sums, ir::Operands corrections) const {
  const size_t count = NumUpdated();
  Values whole;
  const auto add = [&](size_t group, Value correction) {
    for (size_t i = 0; i < count; ++i) {
      const Value gradient = sums.gradients[group * count + i];
      if (whole.size() <= i) whole.emplace_back();
      AddTo(whole[i], correction ? gradient * ops::Cast(correction, gradient.dtype()) : gradient);
    }
  };
  size_t group = 0;
  if (sums.groups.has_plain) add(group++, Value());
  for (const int coverage : sums.groups.coverage_of) {
    if (coverage >= 0) add(group++, corrections[static_cast<size_t>(coverage)]);
  }
  return whole;
}

size_t StepTrace::NumUpdated() const {
  return compiled_.part != nullptr ? compiled_.part->own_pieces().size()
                                   : compiled_.trainable.size();
}

absl::StatusOr<StepSums> StepTrace::SumShard(CallContext& context, const BatchValues& batch,
                                             bool training) {
  ir::Builder& builder = context.builder();
  const auto shard_rows = static_cast<double>(batch.x[0].dim(0));
  StepSums sums;
  // Weights come first among the inputs, whatever the model reads.
  for (const Variable* variable : compiled_.trainable) context.Read(*variable);
  for (const Variable* variable : compiled_.overwritten) context.Read(*variable);

  Values y_pred;
  std::vector<transform::RematRegion> remat;
  {
    const RematRecording recording(builder);
    y_pred = compiled_.model->Apply(context, batch.x);
    remat = recording.Regions();
  }
  RETURN_IF_ERROR(builder.status());

  compiled_.model->AddStepLosses(
      context,
      {.x = batch.x, .y = batch.y, .sample_weight = batch.sample_weight, .y_pred = y_pred});
  Value plain;  // what needs no correction
  ir::Values corrected;
  for (const CompiledLoss& loss : compiled_.losses) {
    const Value prediction = y_pred[loss.output];
    const size_t before = sums.coverage.size();
    const Value part =
        LossPart(loss, batch, prediction, context.MaskOf(prediction), shard_rows, sums);
    const Value weighted = loss.weight == 1 ? part : part * loss.weight;
    const bool is_plain = sums.coverage.size() == before;
    sums.groups.coverage_of.push_back(is_plain ? -1 : static_cast<int>(before));
    if (is_plain) {
      AddTo(plain, weighted);
    } else {
      corrected.push_back(weighted);
    }
    sums.losses.push_back(ops::Cast(part, DType::kF32));
  }
  // What layers added is a mean over the shard's samples, so shards count by their samples.
  Value extra;
  for (const CallContext::Loss& loss : context.losses()) {
    const Value value = ops::Sum(loss.value);
    AddTo(extra, rows_ ? value * ops::Cast(shard_rows / rows_, value.dtype()) : value);
  }
  if (extra) {
    sums.extra = ops::Cast(extra, DType::kF32);
    AddTo(plain, ops::Cast(extra, plain ? plain.dtype() : extra.dtype()));
  }
  RETURN_IF_ERROR(builder.status());
  sums.groups.has_plain = static_cast<bool>(plain);
  if (training) {
    Values objectives = plain ? Values{plain} : Values();
    objectives.insert(objectives.end(), corrected.begin(), corrected.end());
    ASSIGN_OR_RETURN(sums.gradients,
                     GroupGradients(context, objectives, compiled_.overwritten, remat));
  }
  SumMetrics(context, batch, y_pred, sums);
  for (const CallContext::Assigned& assigned : context.assigned()) {
    if (assigned.variable->aggregation != Aggregation::kMean) continue;
    statistics_.push_back(assigned.variable);
    sums.statistics.push_back(assigned.value);
  }
  sums.shards = ops::Scalar(builder, 1, DType::kF32);
  RETURN_IF_ERROR(builder.status());
  return sums;
}

absl::Status StepTrace::Advance(CallContext& context, const StepSums& sums, double shard_rows,
                                bool training, std::span<const Variable* const> statistics) const {
  ir::Builder& builder = context.builder();
  const Value rows = rows_ ? rows_ : ops::Scalar(builder, shard_rows, DType::kF32);
  Values corrections;
  for (const Value& coverage : sums.coverage) {
    corrections.push_back(SafeDivide(ops::OnesLike(coverage), coverage));
  }
  Values losses;  // each loss's mean over the whole batch
  Value total;
  for (size_t i = 0; i < sums.losses.size(); ++i) {
    const int coverage = sums.groups.coverage_of[i];
    losses.push_back(coverage < 0 ? sums.losses[i]
                                  : sums.losses[i] * corrections[static_cast<size_t>(coverage)]);
    AddTo(total, losses[i] * compiled_.losses[i].weight);
  }
  if (sums.extra) AddTo(total, sums.extra);

  // Weight regularizers see the weights, not the samples: once, whatever the number of shards.
  const size_t before = context.losses().size();
  compiled_.model->AddRegularizationLosses(context);
  Value penalty;
  for (size_t i = before; i < context.losses().size(); ++i)
    AddTo(penalty, context.losses()[i].value);
  if (penalty) AddTo(total, ops::Cast(penalty, DType::kF32));
  if (!total && training) {
    return InvalidArgument("compile: expected a loss to train with, received none");
  }
  if (!total) total = ops::Scalar(builder, 0, DType::kF32);

  if (training) {
    const auto mean = [&](Value sum) {
      return rows_ ? sum / ops::Cast(sums.shards, sum.dtype()) : sum;
    };
    // Before the optimizer: a layer may have moved a weight that it goes on from.
    for (size_t i = 0; i < statistics.size(); ++i) {
      context.Assign(*statistics[i], mean(sums.statistics[i]));
    }
    Values gradients = WholeGradients(sums, corrections);
    const size_t num_grouped = sums.groups.size() * NumUpdated();
    for (size_t i = num_grouped; i < sums.gradients.size(); ++i) {
      context.Assign(*compiled_.overwritten[i - num_grouped], mean(sums.gradients[i]));
    }
    if (penalty) {
      ASSIGN_OR_RETURN(Values more, GroupGradients(context, {{penalty}}, {}, {}));
      if (compiled_.part != nullptr) more = compiled_.part->CutOwn(more);
      for (size_t i = 0; i < more.size(); ++i) {
        gradients.size() <= i ? gradients.push_back(more[i]) : AddTo(gradients[i], more[i]);
      }
    }
    if (compiled_.part != nullptr) compiled_.part->Open(context);
    compiled_.optimizer->Apply(context, gradients);
  }

  Values addends = {total * rows, rows};
  if (compiled_.losses.size() > 1) {
    for (const Value& loss : losses) {
      addends.push_back(loss * rows);
      addends.push_back(rows);
    }
  }
  addends.insert(addends.end(), sums.metrics.begin(), sums.metrics.end());
  CHECK(addends.size() == compiled_.metric_variables.size());
  for (size_t i = 0; i < addends.size(); ++i) {
    const Variable& variable = *compiled_.metric_variables[i];
    context.Assign(variable, context.Read(variable) + addends[i]);
  }
  return builder.status();
}

}  // namespace tricorn::keras
