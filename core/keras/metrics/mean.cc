#include "core/keras/metrics/mean.h"

#include <numeric>
#include <utility>

#include "core/keras/losses/reduction.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

using ir::Value;
using ir::Values;

using Reduce = Value (*)(Value x, const ops::Axes& axes);

Value ReduceMean(Value x, const ops::Axes& axes) { return ops::Mean(x, axes); }
Value ReduceSum(Value x, const ops::Axes& axes) { return ops::Sum(x, axes); }

// Axes [first, rank of x) reduced away, where there are any.
Value ReduceFrom(Value x, int first, Reduce reduce) {
  if (x.rank() <= first) return x;
  ops::Axes axes(static_cast<size_t>(x.rank() - first));
  std::iota(axes.begin(), axes.end(), first);
  return reduce(x, axes);
}

// One value and (where there are weights) one weight a sample.
std::pair<Value, Value> Samplewise(Value values, Value weight, Reduce reduce) {
  values = ops::Cast(values, DType::kF32);
  if (weight) {
    weight = ops::Cast(weight, DType::kF32);
    std::tie(values, weight) = SqueezeOrExpandToSameRank(values, weight);
    const int weight_rank = weight.rank();
    values = ReduceFrom(values, weight_rank, reduce);
    weight = ops::BroadcastTo(weight, values.shape());
    values = values * weight;
    weight = ReduceFrom(weight, 1, reduce);
  }
  return {ReduceFrom(values, 1, reduce), weight};
}

// `weight` with the entries that `mask` hides at 0; either may be none.
Value Masked(Value weight, Value mask) {
  if (!mask) return weight;
  Value kept = ops::Cast(mask, DType::kF32);
  if (!weight) return kept;
  weight = ops::Cast(weight, DType::kF32);
  std::tie(kept, weight) = SqueezeOrExpandToSameRank(kept, weight);
  return weight * kept;
}

}  // namespace

MeanAddends AddToMean(Value values, Value sample_weight) {
  const auto [value, weight] = Samplewise(values, sample_weight, ReduceMean);
  const double samples = value.rank() == 0 ? 1.0 : static_cast<double>(value.dim(0));
  return {ops::Sum(value),
          weight ? ops::Sum(weight) : ops::Scalar(values.builder(), samples, DType::kF32)};
}

Value MeanResult(Value total, Value count) {
  const Value empty = ops::Equal(count, 0.0);
  return ops::Where(empty, 0.0, total / ops::Where(empty, 1.0, count));
}

std::vector<MetricVariable> MeanOfFunction::Variables(const ir::Type&) const {
  return {{"total", {}}, {"count", {}}};
}

Values MeanOfFunction::Update(Value y_true, Value y_pred, Value sample_weight, Value mask) const {
  const ir::Builder::Scope scope(y_pred.builder(), name());
  const Value values = Function(y_true, y_pred);
  Value weight = Masked(sample_weight, mask);
  // A mask of the entries counts only where there are weights for it to change.
  if (weight) weight = Masked(weight, EntryMask(y_true, y_pred));
  const MeanAddends addends = AddToMean(values, weight);
  return {addends.total, addends.count};
}

Value MeanOfFunction::Result(ir::Operands state) const { return MeanResult(state[0], state[1]); }

std::vector<MetricVariable> Mean::Variables(const ir::Type&) const {
  return {{"total", {}}, {"count", {}}};
}

Values Mean::Update(Value, Value values, Value sample_weight, Value mask) const {
  const MeanAddends addends = AddToMean(values, Masked(sample_weight, mask));
  return {addends.total, addends.count};
}

Value Mean::Result(ir::Operands state) const { return MeanResult(state[0], state[1]); }

std::vector<MetricVariable> Sum::Variables(const ir::Type&) const { return {{"total", {}}}; }

Values Sum::Update(Value, Value values, Value sample_weight, Value mask) const {
  return {ops::Sum(Samplewise(values, Masked(sample_weight, mask), ReduceSum).first)};
}

Value Sum::Result(ir::Operands state) const { return state[0]; }

void RegisterMeans(Registry<Metric>& registry) {
  registry.Add<Mean>();
  registry.Add<Sum>();
}

}  // namespace tricorn::keras
