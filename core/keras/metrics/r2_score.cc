#include "core/keras/metrics/r2_score.h"

#include <tuple>

#include "core/keras/losses/reduction.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {

using ir::Value;

absl::Status R2Score::CheckConfig(const R2ScoreConfig& config) {
  const std::string how = config.class_aggregation.value_or("uniform_average");
  if (how != "uniform_average" && how != "variance_weighted_average") {
    return InvalidArgument(
        "class_aggregation: expected none, uniform_average or variance_weighted_average, "
        "received {}",
        how);
  }
  if (config.num_regressors < 0) {
    return InvalidArgument("num_regressors: expected at least 0, received {}",
                           config.num_regressors);
  }
  return absl::OkStatus();
}

std::vector<MetricVariable> R2Score::Variables(const ir::Type& y_pred) const {
  Shape outputs;
  if (y_pred.rank() > 0) outputs = Shape{y_pred.shape[y_pred.rank() - 1]};
  return {{"num_samples", {}},
          {"squared_sum", outputs},
          {"sum", outputs},
          {"residual", outputs},
          {"count", outputs}};
}

ir::Values R2Score::Update(Value y_true, Value y_pred, Value sample_weight, Value) const {
  ir::Builder& builder = y_pred.builder();
  const ir::Builder::Scope scope(builder, name());
  std::tie(y_true, y_pred) =
      SqueezeOrExpandToSameRank(ops::Cast(y_true, DType::kF32), ops::Cast(y_pred, DType::kF32));
  if (y_pred.rank() != 2 || y_true.rank() != 2) {
    builder.SetError(
        InvalidArgument("expected labels and predictions (batch, outputs), received "
                        "{} and {}",
                        y_true.type().ToString(), y_pred.type().ToString()));
  }
  Value weight = ops::OnesLike(y_true);
  if (sample_weight) {
    weight = ops::Cast(sample_weight, DType::kF32);
    if (weight.rank() == 1) weight = ops::ExpandDims(weight, {1});
    weight = ops::BroadcastTo(weight, y_true.shape());
  }
  const Value weighted = y_true * weight;
  const auto samples = static_cast<double>(y_true.dim(0));
  return {ops::Scalar(builder, samples, DType::kF32), ops::Sum(y_true * weighted, {0}),
          ops::Sum(weighted, {0}), ops::Sum(ops::Square(y_true - y_pred) * weight, {0}),
          ops::Sum(weight, {0})};
}

Value R2Score::Result(ir::Operands state) const {
  const Value samples = state[0];
  const Value sum = state[2];
  const Value total = state[1] - sum * (sum / state[4]);
  Value score = 1.0 - state[3] / total;
  score = ops::Where(ops::Isinf(score), 0.0, score);
  if (config_.class_aggregation == "uniform_average") {
    score = ops::Mean(score);
  } else if (config_.class_aggregation) {
    score = ops::Sum(total * score) / ops::Sum(total);
  }
  if (config_.num_regressors == 0) return score;
  const Value freedom = samples - static_cast<double>(config_.num_regressors) - 1.0;
  const Value adjusted = 1.0 - (1.0 - score) * (samples - 1.0) / freedom;
  return ops::Where(ops::Greater(freedom, 0.0), adjusted, score);
}

void RegisterR2Score(Registry<Metric>& registry) { registry.Add<R2Score>(); }

}  // namespace tricorn::keras
