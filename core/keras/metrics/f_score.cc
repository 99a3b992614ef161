#include "core/keras/metrics/f_score.h"

#include "core/keras/settings/settings.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

using ir::Value;

// 1 where a prediction is positive.
Value Decided(Value y_pred, std::optional<double> threshold) {
  if (threshold) return ops::Cast(ops::Greater(y_pred, *threshold), DType::kF32);
  const Value is_largest = ops::GreaterEqual(y_pred, ops::Max(y_pred, {-1}, true));
  // A row of zeros has no largest one.
  const Value counts = ops::Greater(ops::Absolute(y_pred), 1e-9);
  return ops::Cast(ops::LogicalAnd(is_largest, counts), DType::kF32);
}

}  // namespace

absl::Status FScore::CheckForm(const Form& form) {
  const std::string average = form.average.value_or("micro");
  if (average != "micro" && average != "macro" && average != "weighted") {
    return InvalidArgument("average: expected none, micro, macro or weighted, received {}",
                           average);
  }
  if (!(form.beta > 0)) return InvalidArgument("beta: expected above 0, received {}", form.beta);
  const double threshold = form.threshold.value_or(1);
  if (!(threshold > 0 && threshold <= 1)) {
    return InvalidArgument("threshold: expected a number in (0, 1], received {}", threshold);
  }
  return absl::OkStatus();
}

std::vector<MetricVariable> FScore::Variables(const ir::Type& y_pred) const {
  Shape shape;
  if (form().average != "micro" && y_pred.rank() > 0) {
    shape = Shape{y_pred.shape[y_pred.rank() - 1]};
  }
  return {{"true_positives", shape},
          {"false_positives", shape},
          {"false_negatives", shape},
          {"intermediate_weights", shape}};
}

ir::Values FScore::Update(Value y_true, Value y_pred, Value sample_weight, Value) const {
  ir::Builder& builder = y_pred.builder();
  const ir::Builder::Scope scope(builder, name());
  if (y_pred.rank() != 2 || y_true.rank() != 2) {
    builder.SetError(
        InvalidArgument("expected labels and predictions (batch, classes), received "
                        "{} and {}",
                        y_true.type().ToString(), y_pred.type().ToString()));
  }
  y_true = ops::Cast(y_true, DType::kF32);
  y_pred = Decided(ops::Cast(y_pred, DType::kF32), form().threshold);
  const ops::Axes axes = form().average == "micro" ? ops::Axes() : ops::Axes{0};
  const auto sum = [&](Value x) {
    if (sample_weight) {
      x = x * ops::ExpandDims(ops::Cast(sample_weight, DType::kF32), {1});
    }
    return ops::Sum(x, axes);
  };
  return {sum(y_pred * y_true), sum(y_pred * (1.0 - y_true)), sum((1.0 - y_pred) * y_true),
          sum(y_true)};
}

Value FScore::Result(ir::Operands state) const {
  const Form how = form();
  const Value hits = state[0];
  const Value precision = hits / (hits + state[1] + Epsilon());
  const Value recall = hits / (hits + state[2] + Epsilon());
  const double square = how.beta * how.beta;
  const Value score = precision * recall / (square * precision + recall + Epsilon()) * (1 + square);
  if (!how.average) return score;
  if (how.average != "weighted") return ops::Mean(score);
  return ops::Sum(score * (state[3] / (ops::Sum(state[3]) + Epsilon())));
}

void RegisterFScores(Registry<Metric>& registry) {
  registry.Add<FBetaScore>();
  registry.Add<F1Score>();
}

}  // namespace tricorn::keras
