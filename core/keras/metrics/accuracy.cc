#include "core/keras/metrics/accuracy.h"

#include <utility>

#include "core/keras/losses/reduction.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

using ir::Value;

Value AsFloat(Value matches) { return ops::Cast(matches, DType::kF32); }

// Ties with the target count as in.
Value InTopK(Value target, Value y_pred, int64_t k) {
  return AsFloat(ops::InTopK(ops::Cast(target, DType::kI32), y_pred, k));
}

}  // namespace

Value Accuracy::Function(Value y_true, Value y_pred) const {
  std::tie(y_true, y_pred) = SqueezeOrExpandToSameRank(ops::Cast(y_true, y_pred.dtype()), y_pred);
  return AsFloat(ops::Equal(y_true, y_pred));
}

Value BinaryAccuracy::Function(Value y_true, Value y_pred) const {
  std::tie(y_true, y_pred) = SqueezeOrExpandToSameRank(y_true, y_pred);
  const Value predicted = ops::Cast(ops::Greater(y_pred, config_.threshold), y_true.dtype());
  return AsFloat(ops::Equal(y_true, predicted));
}

Value CategoricalAccuracy::Function(Value y_true, Value y_pred) const {
  return AsFloat(ops::Equal(ops::Argmax(y_true, -1), ops::Argmax(y_pred, -1)));
}

Value SparseCategoricalAccuracy::Function(Value y_true, Value y_pred) const {
  if (y_true.rank() == y_pred.rank() && y_true.dim(-1) == 1) y_true = ops::Squeeze(y_true, {-1});
  const Value predicted = ops::Argmax(y_pred, -1);
  Value matches = AsFloat(ops::Equal(ops::Cast(y_true, predicted.dtype()), predicted));
  if (matches.rank() > 1 && matches.dim(-1) == 1) matches = ops::Squeeze(matches, {-1});
  return matches;
}

Value TopKCategoricalAccuracy::Function(Value y_true, Value y_pred) const {
  return InTopK(ops::Argmax(y_true, -1), y_pred, config_.k);
}

Value SparseTopKCategoricalAccuracy::Function(Value y_true, Value y_pred) const {
  if (y_true.rank() == y_pred.rank() && y_true.dim(-1) == 1) y_true = ops::Squeeze(y_true, {-1});
  if (!config_.from_sorted_ids) return InTopK(y_true, y_pred, config_.k);
  const Value best = ops::SliceAxis(y_pred, -1, 0, std::min(config_.k, y_pred.dim(-1)));
  const Value target = ops::ExpandDims(ops::Cast(y_true, y_pred.dtype()), {-1});
  return AsFloat(ops::Any(ops::Equal(best, target), {-1}));
}

std::shared_ptr<const Metric> AccuracyFor(const ir::Type& y_true, const ir::Type& y_pred,
                                          std::string name) {
  const int64_t last_true = y_true.rank() == 0 ? 1 : y_true.shape[y_true.rank() - 1];
  const int64_t last_pred = y_pred.rank() == 0 ? 1 : y_pred.shape[y_pred.rank() - 1];
  if (last_pred == 1) {
    return std::make_shared<const BinaryAccuracy>(BinaryAccuracyConfig{.name = std::move(name)});
  }
  if (y_true.rank() < y_pred.rank() || last_true == 1) {
    return std::make_shared<const SparseCategoricalAccuracy>(
        SparseCategoricalAccuracyConfig{.name = std::move(name)});
  }
  return std::make_shared<const CategoricalAccuracy>(
      CategoricalAccuracyConfig{.name = std::move(name)});
}

void RegisterAccuracies(Registry<Metric>& registry) {
  registry.Add<Accuracy>();
  registry.Add<BinaryAccuracy>();
  registry.Add<BinaryAccuracy>("binary_accuracy");
  registry.Add<CategoricalAccuracy>();
  registry.Add<CategoricalAccuracy>("categorical_accuracy");
  registry.Add<SparseCategoricalAccuracy>();
  registry.Add<SparseCategoricalAccuracy>("sparse_categorical_accuracy");
  registry.Add<TopKCategoricalAccuracy>();
  registry.Add<TopKCategoricalAccuracy>("top_k_categorical_accuracy");
  registry.Add<SparseTopKCategoricalAccuracy>();
  registry.Add<SparseTopKCategoricalAccuracy>("sparse_top_k_categorical_accuracy");
}

}  // namespace tricorn::keras
