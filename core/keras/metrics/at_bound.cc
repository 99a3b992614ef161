#include "core/keras/metrics/at_bound.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras {

using ir::Value;

absl::Status CheckBound(std::string_view what, double bound, int64_t num_thresholds) {
  if (!(bound >= 0 && bound <= 1)) {
    return InvalidArgument("{}: expected a number in [0, 1], received {}", what, bound);
  }
  if (num_thresholds < 1 || num_thresholds > 1'000'000) {
    return InvalidArgument("num_thresholds: expected a number in [1, 1000000], received {}",
                           num_thresholds);
  }
  return absl::OkStatus();
}

std::vector<MetricVariable> BestAtBound::Variables(const ir::Type&) const {
  const Shape shape{search().num_thresholds};
  return {{"true_positives", shape},
          {"false_positives", shape},
          {"true_negatives", shape},
          {"false_negatives", shape}};
}

ir::Values BestAtBound::Update(Value y_true, Value y_pred, Value sample_weight, Value) const {
  const ir::Builder::Scope scope(y_pred.builder(), name());
  const Search how = search();
  const ConfusionCounts counts =
      CountConfusion(y_true, y_pred, sample_weight,
                     {.thresholds = EvenThresholds(how.num_thresholds), .class_id = how.class_id});
  return {counts.true_positives, counts.false_positives, counts.true_negatives,
          counts.false_negatives};
}

Value BestAtBound::Result(ir::Operands state) const {
  const Search how = search();
  const ConfusionCounts counts{state[0], state[1], state[2], state[3]};
  const Value feasible = ops::GreaterEqual(how.bounded(counts), how.bound);
  return ops::Max(ops::Where(feasible, how.best(counts), 0.0));
}

Value BestAtBound::Sensitivity(const ConfusionCounts& counts) {
  return DivideNoNan(counts.true_positives, counts.true_positives + counts.false_negatives);
}

Value BestAtBound::Specificity(const ConfusionCounts& counts) {
  return DivideNoNan(counts.true_negatives, counts.true_negatives + counts.false_positives);
}

Value BestAtBound::PrecisionRate(const ConfusionCounts& counts) {
  return DivideNoNan(counts.true_positives, counts.true_positives + counts.false_positives);
}

void RegisterBestAtBound(Registry<Metric>& registry) {
  registry.Add<SensitivityAtSpecificity>();
  registry.Add<SpecificityAtSensitivity>();
  registry.Add<PrecisionAtRecall>();
  registry.Add<RecallAtPrecision>();
}

}  // namespace tricorn::keras
