#include "core/keras/losses/functions.h"

#include <numbers>
#include <utility>

#include "core/keras/losses/reduction.h"
#include "core/keras/settings/settings.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::losses {
namespace {

Value MeanOverLast(Value x) { return ops::Mean(x, {-1}); }

// Labels of 0 and 1 as -1 and 1; others as they are.
Value HingeLabels(Value y_true) {
  const Value is_zero = ops::Equal(y_true, 0.0);
  const Value is_one = ops::Equal(y_true, 1.0);
  const Value binary = ops::All(ops::LogicalOr(is_zero, is_one));
  return ops::Where(binary, 2.0 * y_true - 1.0, y_true);
}

// Class indices without the class axis.
Value Indices(Value y_true, Value y_pred, int64_t axis) {
  const bool has_axis = y_true.rank() == y_pred.rank() && y_true.rank() > 0 &&
                        y_true.dim(static_cast<int>(axis)) == 1;
  return has_axis ? ops::Squeeze(y_true, {axis}) : y_true;
}

}  // namespace

std::pair<Value, Value> Aligned(Value y_true, Value y_pred) {
  return SqueezeOrExpandToSameRank(ops::Cast(y_true, y_pred.dtype()), y_pred);
}

Value Smoothed(Value y_true, double smoothing, double share) {
  return smoothing == 0 ? y_true : y_true * (1.0 - smoothing) + smoothing * share;
}

Value MeanSquaredError(Value y_true, Value y_pred) {
  std::tie(y_true, y_pred) = Aligned(y_true, y_pred);
  return MeanOverLast(ops::Square(y_true - y_pred));
}

Value MeanAbsoluteError(Value y_true, Value y_pred) {
  std::tie(y_true, y_pred) = Aligned(y_true, y_pred);
  return MeanOverLast(ops::Absolute(y_true - y_pred));
}

Value MeanAbsolutePercentageError(Value y_true, Value y_pred) {
  std::tie(y_true, y_pred) = Aligned(y_true, y_pred);
  const Value scale = ops::Maximum(ops::Absolute(y_true), Epsilon());
  return 100.0 * MeanOverLast(ops::Absolute((y_true - y_pred) / scale));
}

Value MeanSquaredLogarithmicError(Value y_true, Value y_pred) {
  std::tie(y_true, y_pred) = Aligned(y_true, y_pred);
  const Value log_pred = ops::Log(ops::Maximum(y_pred, Epsilon()) + 1.0);
  const Value log_true = ops::Log(ops::Maximum(y_true, Epsilon()) + 1.0);
  return MeanOverLast(ops::Square(log_pred - log_true));
}

Value Huber(Value y_true, Value y_pred, double delta) {
  std::tie(y_true, y_pred) = Aligned(y_true, y_pred);
  const Value error = y_pred - y_true;
  const Value size = ops::Absolute(error);
  return MeanOverLast(ops::Where(ops::LessEqual(size, delta), 0.5 * ops::Square(error),
                                 delta * size - 0.5 * delta * delta));
}

Value LogCosh(Value y_true, Value y_pred) {
  std::tie(y_true, y_pred) = Aligned(y_true, y_pred);
  const Value x = y_pred - y_true;
  return MeanOverLast(x + ops::Softplus(x * -2.0) - std::numbers::ln2);
}

Value CosineSimilarity(Value y_true, Value y_pred, int64_t axis) {
  std::tie(y_true, y_pred) = Aligned(y_true, y_pred);
  const auto normalized = [axis](Value x) {
    // Source: keras.utils.normalize's l2 with epsilon squared under the root.
    const Value square_sum = ops::Sum(ops::Square(x), {axis}, true);
    return x * ops::Rsqrt(ops::Maximum(square_sum, Epsilon() * Epsilon()));
  };
  return -ops::Sum(normalized(y_true) * normalized(y_pred), {axis});
}

Value Hinge(Value y_true, Value y_pred) {
  const Value sign = HingeLabels(ops::Cast(y_true, y_pred.dtype()));
  return MeanOverLast(ops::Maximum(1.0 - sign * y_pred, 0.0));
}

Value SquaredHinge(Value y_true, Value y_pred) {
  const Value sign = HingeLabels(ops::Cast(y_true, y_pred.dtype()));
  return MeanOverLast(ops::Square(ops::Maximum(1.0 - sign * y_pred, 0.0)));
}

Value CategoricalHinge(Value y_true, Value y_pred) {
  y_true = ops::Cast(y_true, y_pred.dtype());
  const Value positive = ops::Sum(y_true * y_pred, {-1});
  const Value negative = ops::Max((1.0 - y_true) * y_pred, {-1});
  return ops::Maximum(negative - positive + 1.0, 0.0);
}

Value KLDivergence(Value y_true, Value y_pred) {
  y_true = ops::Clip(ops::Cast(y_true, y_pred.dtype()), Epsilon(), 1.0);
  y_pred = ops::Clip(y_pred, Epsilon(), 1.0);
  return ops::Sum(y_true * ops::Log(y_true / y_pred), {-1});
}

Value Poisson(Value y_true, Value y_pred) {
  y_true = ops::Cast(y_true, y_pred.dtype());
  return MeanOverLast(y_pred - y_true * ops::Log(y_pred + Epsilon()));
}

Value BinaryCrossentropy(Value y_true, Value y_pred, bool from_logits, double label_smoothing,
                         int64_t axis) {
  y_true = Smoothed(ops::Cast(y_true, y_pred.dtype()), label_smoothing, 0.5);
  return ops::Mean(ops::BinaryCrossentropy(y_true, y_pred, from_logits), {axis});
}

Value CategoricalCrossentropy(Value y_true, Value y_pred, bool from_logits, double label_smoothing,
                              int64_t axis) {
  const double share = 1.0 / static_cast<double>(y_true.dim(-1));
  y_true = Smoothed(ops::Cast(y_true, y_pred.dtype()), label_smoothing, share);
  return ops::CategoricalCrossentropy(y_true, y_pred, from_logits, axis);
}

Value SparseCategoricalCrossentropy(Value y_true, Value y_pred, bool from_logits,
                                    const int64_t* ignore_class, int64_t axis) {
  Value target = ops::Cast(Indices(y_true, y_pred, axis), DType::kI32);
  if (ignore_class == nullptr) {
    return ops::SparseCategoricalCrossentropy(target, y_pred, from_logits, axis);
  }
  const Value valid = SparseMask(y_true, y_pred, *ignore_class, axis);
  target = ops::Where(valid, target, 0);
  y_pred = ops::Where(ops::ExpandDims(valid, {axis}), y_pred, 0.0);
  const Value loss = ops::SparseCategoricalCrossentropy(target, y_pred, from_logits, axis);
  return ops::Where(valid, loss, 0.0);
}

Value CategoricalGeneralizedCrossEntropy(Value y_true, Value y_pred, double q) {
  const Value target = ops::Cast(Indices(y_true, y_pred, -1), DType::kI32);
  const Value label = ops::OneHot(target, y_pred.dim(-1), -1, y_pred.dtype());
  return (1.0 - ops::Power(ops::Sum(y_pred * label, {-1}), q)) / q;
}

Value SparseMask(Value y_true, Value y_pred, int64_t ignore_class, int64_t axis) {
  return ops::NotEqual(ops::Cast(Indices(y_true, y_pred, axis), DType::kI32), ignore_class);
}

}  // namespace tricorn::keras::losses
