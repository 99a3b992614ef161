#include "core/keras/metrics/confusion.h"

#include <cmath>
#include <tuple>

#include "core/keras/losses/reduction.h"
#include "core/keras/settings/settings.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

using ir::Value;

constexpr double kLowest = -1e10;  // below every threshold

Value ConstantVector(ir::Builder& builder, const std::vector<double>& values) {
  const auto count = static_cast<int64_t>(values.size());
  return builder.Constant(Tensor::From<double>({count}, values).Cast(DType::kF32));
}

// As `numpy.allclose` against i / (n - 1).
bool AreEven(const std::vector<double>& thresholds) {
  const size_t count = thresholds.size();
  if (count < 3) return false;
  for (size_t i = 0; i < count; ++i) {
    const double even = static_cast<double>(i) / static_cast<double>(count - 1);
    if (std::abs(thresholds[i] - even) > Epsilon() + 1e-5 * even) return false;
  }
  return true;
}

Value KeepTopK(Value y_pred, int64_t k) {
  const Value indices = ops::TopK(y_pred, k).indices;
  const Value kept = ops::Sum(ops::OneHot(indices, y_pred.dim(-1)), {-2});
  return y_pred * kept + kLowest * (1.0 - kept);
}

// What is counted: one row of (predictions,), or (predictions, labels) if multi_label.
struct Entries {
  Value label;  // 0 or 1
  Value score;
  Value weight;
};

Entries MakeEntries(Value y_true, Value y_pred, Value sample_weight,
                    const ConfusionOptions& options) {
  y_true = ops::Cast(y_true, DType::kF32);
  y_pred = ops::Cast(y_pred, DType::kF32);
  std::tie(y_pred, y_true) = SqueezeOrExpandToSameRank(y_pred, y_true);
  if (sample_weight) {
    sample_weight = ops::ExpandDims(ops::Cast(sample_weight, DType::kF32), {-1});
    sample_weight = SqueezeOrExpandToSameRank(y_true, sample_weight, false).second;
  }
  if (options.top_k) y_pred = KeepTopK(y_pred, *options.top_k);
  if (options.class_id) {
    const int64_t id = *options.class_id;
    y_true = ops::SliceAxis(y_true, -1, id, id + 1);
    y_pred = ops::SliceAxis(y_pred, -1, id, id + 1);
  }
  Value weight =
      sample_weight ? ops::BroadcastTo(sample_weight, y_pred.shape()) : ops::OnesLike(y_pred);
  if (!options.label_weights.empty()) {
    weight = weight * ConstantVector(y_pred.builder(), options.label_weights);
  }
  const Value label = ops::Cast(ops::NotEqual(y_true, 0.0), DType::kF32);
  if (options.multi_label) return {label, y_pred, weight};
  const auto flat = [](Value x) { return ops::Reshape(x, {-1}); };
  return {flat(label), flat(y_pred), flat(weight)};
}

// Sums of `values` by the number of thresholds that are reached.
Value SumFromBucket(Value values, Value bucket, int64_t count) {
  ir::Builder& builder = values.builder();
  int64_t columns = 1;
  if (values.rank() == 2) {
    columns = values.dim(1);
    const Value column = ops::Iota(builder, bucket.type(), 1);
    // Below the first threshold stays below the first row.
    bucket = ops::Where(ops::Less(bucket, 0), -1, bucket * columns + column);
  }
  const Value start = ops::Full(builder, {DType::kF32, {count * columns}}, 0);
  const Value sums =
      ops::ScatterAdd(start, ops::Reshape(bucket, {-1}), ops::Reshape(values, {-1}), 0);
  Shape shape{count};
  if (values.rank() == 2) shape = Shape{count, columns};
  return ops::Cumsum(ops::Reshape(sums, shape), 0, /*reverse=*/true);
}

ConfusionCounts CountByBucket(const Entries& entries, const std::vector<double>& thresholds) {
  const auto count = static_cast<int64_t>(thresholds.size());
  const Value clipped = ops::Clip(entries.score, 0.0, 1.0);
  Value bucket = ops::Ceil(clipped * static_cast<double>(count - 1)) - 1.0;
  // Ends moved outwards take every prediction in.
  if (thresholds.front() < 0 || thresholds.back() > 1) bucket = ops::Maximum(bucket, 0.0);
  bucket = ops::Cast(bucket, DType::kI32);
  const Value positive = entries.label * entries.weight;
  const Value negative = (1.0 - entries.label) * entries.weight;
  ConfusionCounts counts;
  counts.true_positives = SumFromBucket(positive, bucket, count);
  counts.false_positives = SumFromBucket(negative, bucket, count);
  counts.true_negatives = ops::Sum(negative, {0}) - counts.false_positives;
  counts.false_negatives = ops::Sum(positive, {0}) - counts.true_positives;
  return counts;
}

ConfusionCounts CountByComparison(const Entries& entries, const std::vector<double>& thresholds) {
  Value bound = ConstantVector(entries.score.builder(), thresholds);
  for (int i = 0; i < entries.score.rank(); ++i) bound = ops::ExpandDims(bound, {-1});
  const Value is_positive = ops::Greater(ops::ExpandDims(entries.score, {0}), bound);
  const auto count = [&](Value label, Value predicted) {
    const Value weight = ops::ExpandDims(label * entries.weight, {0});
    return ops::Sum(ops::Where(predicted, weight, 0.0), {1});
  };
  const Value is_negative = ops::LogicalNot(is_positive);
  const Value other = 1.0 - entries.label;
  return {count(entries.label, is_positive), count(other, is_positive), count(other, is_negative),
          count(entries.label, is_negative)};
}

}  // namespace

ConfusionCounts CountConfusion(Value y_true, Value y_pred, Value sample_weight,
                               const ConfusionOptions& options) {
  const Entries entries = MakeEntries(y_true, y_pred, sample_weight, options);
  std::vector<double> inner = options.thresholds;
  if (inner.size() > 1) {
    inner.front() = std::max(inner.front(), 0.0);
    inner.back() = std::min(inner.back(), 1.0);
  }
  return AreEven(inner) ? CountByBucket(entries, options.thresholds)
                        : CountByComparison(entries, options.thresholds);
}

std::vector<double> EvenThresholds(int64_t count) {
  if (count == 1) return {0.5};
  std::vector<double> thresholds;
  for (int64_t i = 0; i < count; ++i) {
    thresholds.push_back(static_cast<double>(i) / static_cast<double>(count - 1));
  }
  return thresholds;
}

Value DivideNoNan(Value a, Value b) {
  const Value empty = ops::Equal(b, 0.0);
  return ops::Where(empty, 0.0, a / ops::Where(empty, 1.0, b));
}

}  // namespace tricorn::keras
