#include "core/keras/metrics/iou.h"

#include <algorithm>
#include <numeric>

#include "core/keras/settings/settings.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

using ir::Value;

Value Flat(Value x) { return ops::Reshape(x, {-1}); }

bool CountsInIntegers(const std::optional<std::string>& dtype) {
  return !dtype || dtype->find("float") == std::string::npos;
}

}  // namespace

absl::Status ConfusionMatrixIoU::CheckForm(const Form& form) {
  if (form.num_classes < 1 || form.num_classes > 10'000) {
    return InvalidArgument("num_classes: expected a number in [1, 10000], received {}",
                           form.num_classes);
  }
  for (const int64_t id : form.target_class_ids) {
    if (id >= 0 && id < form.num_classes) continue;
    return InvalidArgument("target_class_ids: expected numbers in [0, {}), received {}",
                           form.num_classes, id);
  }
  return absl::OkStatus();
}

std::vector<int64_t> ConfusionMatrixIoU::AllClasses(int64_t num_classes) {
  // CheckForm refuses the numbers that are cut off here.
  std::vector<int64_t> ids(static_cast<size_t>(std::clamp<int64_t>(num_classes, 0, 10'000)));
  std::iota(ids.begin(), ids.end(), 0);
  return ids;
}

std::vector<MetricVariable> ConfusionMatrixIoU::Variables(const ir::Type&) const {
  const int64_t classes = form().num_classes;
  return {{"total_confusion_matrix", {classes, classes}}};
}

ir::Values ConfusionMatrixIoU::Update(Value y_true, Value y_pred, Value sample_weight,
                                      Value) const {
  ir::Builder& builder = y_pred.builder();
  const ir::Builder::Scope scope(builder, name());
  const Form how = form();
  if (!how.sparse_y_true) y_true = ops::Argmax(y_true, how.axis);
  if (!how.sparse_y_pred) y_pred = ops::Argmax(y_pred, how.axis);
  if (how.threshold) y_pred = ops::GreaterEqual(ops::Cast(y_pred, DType::kF32), *how.threshold);
  y_true = Flat(ops::Cast(y_true, DType::kI32));
  y_pred = Flat(ops::Cast(y_pred, DType::kI32));
  Value weight = ops::Scalar(builder, 1, DType::kF32);
  if (sample_weight) {
    if (CountsInIntegers(how.dtype)) sample_weight = ops::Cast(sample_weight, DType::kI32);
    weight = ops::Cast(sample_weight, DType::kF32);
    if (weight.rank() > 0) weight = Flat(weight);
  }
  weight = ops::BroadcastTo(weight, y_true.shape());
  const auto is_class = [&](Value x) {
    return ops::LogicalAnd(ops::GreaterEqual(x, 0), ops::Less(x, how.num_classes));
  };
  Value counts = ops::LogicalAnd(is_class(y_true), is_class(y_pred));
  if (how.ignore_class) {
    counts = ops::LogicalAnd(counts, ops::NotEqual(y_true, *how.ignore_class));
  }
  const Value cell = ops::Where(counts, y_true * how.num_classes + y_pred, 0);
  const Value zeros = ops::Full(builder, {DType::kF32, {how.num_classes * how.num_classes}}, 0);
  const Value matrix = ops::ScatterAdd(zeros, cell, ops::Where(counts, weight, 0.0), 0);
  return {ops::Reshape(matrix, {how.num_classes, how.num_classes})};
}

Value ConfusionMatrixIoU::Result(ir::Operands state) const {
  const Form how = form();
  ir::Builder& builder = state[0].builder();
  const ir::Type type{DType::kI32, state[0].shape()};
  const Value is_hit = ops::Equal(ops::Iota(builder, type, 0), ops::Iota(builder, type, 1));
  const Value hits = ops::Sum(ops::Where(is_hit, state[0], 0.0), {0});
  const Value either = ops::Sum(state[0], {0}) + ops::Sum(state[0], {1}) - hits;
  const auto count = static_cast<int64_t>(how.target_class_ids.size());
  const Value targets = builder.Constant(Tensor::From<int64_t>({count}, how.target_class_ids));
  const Value target_hits = ops::Take(hits, targets, 0);
  const Value target_either = ops::Take(either, targets, 0);
  const Value was_met = ops::Greater(target_either, 1e-9);
  const Value iou = ops::Where(was_met, target_hits / (target_either + Epsilon()), 0.0);
  return ops::Sum(iou) / (ops::Sum(ops::Cast(was_met, DType::kF32)) + Epsilon());
}

void RegisterIoUs(Registry<Metric>& registry) {
  registry.Add<IoU>();
  registry.Add<MeanIoU>();
  registry.Add<BinaryIoU>();
  registry.Add<OneHotIoU>();
  registry.Add<OneHotMeanIoU>();
}

}  // namespace tricorn::keras
