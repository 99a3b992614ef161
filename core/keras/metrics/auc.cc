#include "core/keras/metrics/auc.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "core/keras/settings/settings.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

using ir::Value;

bool IsOneOf(const std::string& name, std::initializer_list<std::string_view> known) {
  return std::find(known.begin(), known.end(), name) != known.end();
}

Value AllButLast(Value x) { return ops::SliceAxis(x, 0, 0, x.dim(0) - 1); }
Value AllButFirst(Value x) { return ops::SliceAxis(x, 0, 1, x.dim(0)); }

struct Curve {
  Value x;
  Value y;
};

Curve RocCurve(const ConfusionCounts& c) {
  return {DivideNoNan(c.false_positives, c.false_positives + c.true_negatives),
          DivideNoNan(c.true_positives, c.true_positives + c.false_negatives)};
}

Curve PrCurve(const ConfusionCounts& c) {
  return {DivideNoNan(c.true_positives, c.true_positives + c.false_negatives),
          DivideNoNan(c.true_positives, c.true_positives + c.false_positives)};
}

Curve PrGainCurve(const ConfusionCounts& c) {
  const Value odds =
      DivideNoNan(c.true_positives + c.false_negatives, c.true_negatives + c.false_positives);
  const auto gain = [&](Value wrong, double without_positives) {
    const Value value = 1.0 - odds * DivideNoNan(wrong, c.true_positives);
    return ops::Where(ops::Equal(c.true_positives, 0.0), without_positives, value);
  };
  return {ops::Maximum(gain(c.false_negatives, 0.0), 0.0), gain(c.false_positives, 1.0)};
}

// Areas between neighbouring points.
Value Areas(const Curve& curve, const std::string& method) {
  const Value left = AllButLast(curve.y);
  const Value right = AllButFirst(curve.y);
  const Value height = method == "minoring"   ? ops::Minimum(left, right)
                       : method == "majoring" ? ops::Maximum(left, right)
                                              : (left + right) / 2.0;
  return (AllButLast(curve.x) - AllButFirst(curve.x)) * height;
}

// Precision changes between two points as true and false positives change in proportion.
Value InterpolatedPrAreas(const ConfusionCounts& c) {
  const Value next = AllButFirst(c.true_positives);
  const Value gained = AllButLast(c.true_positives) - next;
  const Value positives = c.true_positives + c.false_positives;
  const Value p = AllButLast(positives);
  const Value next_p = AllButFirst(positives);
  const Value slope = DivideNoNan(gained, ops::Maximum(p - next_p, 0.0));
  const Value intercept = next - slope * next_p;
  const Value both = ops::LogicalAnd(ops::Greater(p, 0.0), ops::Greater(next_p, 0.0));
  const Value ratio = ops::Where(both, DivideNoNan(p, ops::Maximum(next_p, 0.0)), 1.0);
  return DivideNoNan(slope * (gained + intercept * ops::Log(ratio)),
                     ops::Maximum(next + AllButFirst(c.false_negatives), 0.0));
}

}  // namespace

absl::Status AUC::CheckConfig(const AUCConfig& config) {
  if (!IsOneOf(config.curve, {"ROC", "roc", "PR", "pr", "PRGAIN", "prgain"})) {
    return InvalidArgument("curve: expected ROC, PR or PRGAIN, received {}", config.curve);
  }
  const std::string method = absl::AsciiStrToLower(config.summation_method);
  if (!IsOneOf(method, {"interpolation", "minoring", "majoring"})) {
    return InvalidArgument(
        "summation_method: expected interpolation, minoring or majoring, received {}",
        config.summation_method);
  }
  if (!config.thresholds && (config.num_thresholds < 2 || config.num_thresholds > 1'000'000)) {
    return InvalidArgument("num_thresholds: expected a number in [2, 1000000], received {}",
                           config.num_thresholds);
  }
  for (const double threshold : config.thresholds.value_or(std::vector<double>())) {
    if (threshold >= 0 && threshold <= 1) continue;
    return InvalidArgument("thresholds: expected numbers in [0, 1], received {}", threshold);
  }
  if (config.num_labels && !config.multi_label) {
    return InvalidArgument("num_labels: expected none without multi_label, received {}",
                           *config.num_labels);
  }
  return absl::OkStatus();
}

std::vector<double> AUC::Thresholds() const {
  std::vector<double> thresholds;
  if (config_.thresholds) {
    thresholds = *config_.thresholds;
    std::sort(thresholds.begin(), thresholds.end());
    thresholds.insert(thresholds.begin(), 0.0);
    thresholds.push_back(1.0);
  } else {
    thresholds = EvenThresholds(config_.num_thresholds);
  }
  thresholds.front() = -Epsilon();
  thresholds.back() = 1 + Epsilon();
  return thresholds;
}

std::vector<MetricVariable> AUC::Variables(const ir::Type& y_pred) const {
  const auto count = static_cast<int64_t>(Thresholds().size());
  Shape shape{count};
  if (config_.multi_label && y_pred.rank() > 0) {
    shape = Shape{count, y_pred.shape[y_pred.rank() - 1]};
  }
  return {{"true_positives", shape},
          {"false_positives", shape},
          {"true_negatives", shape},
          {"false_negatives", shape}};
}

ir::Values AUC::Update(Value y_true, Value y_pred, Value sample_weight, Value) const {
  const ir::Builder::Scope scope(y_pred.builder(), name());
  if (config_.multi_label && y_pred.rank() != 2) {
    y_pred.builder().SetError(
        InvalidArgument("y_pred: expected (batch, labels) with multi_label, received {}",
                        y_pred.type().ToString()));
  }
  if (config_.from_logits) y_pred = ops::Sigmoid(y_pred);
  ConfusionOptions options{.thresholds = Thresholds()};
  options.multi_label = config_.multi_label;
  // Of labels apart, Result weighs the areas.
  if (!config_.multi_label && config_.label_weights) {
    options.label_weights = config_.label_weights->values();
  }
  const ConfusionCounts counts = CountConfusion(y_true, y_pred, sample_weight, options);
  return {counts.true_positives, counts.false_positives, counts.true_negatives,
          counts.false_negatives};
}

Value AUC::Result(ir::Operands state) const {
  const ConfusionCounts counts{state[0], state[1], state[2], state[3]};
  const std::string curve = absl::AsciiStrToUpper(config_.curve);
  const std::string method = absl::AsciiStrToLower(config_.summation_method);
  Value areas;
  if (curve == "PR" && method == "interpolation") {
    areas = InterpolatedPrAreas(counts);
  } else if (curve == "PR") {
    areas = Areas(PrCurve(counts), method);
  } else {
    areas = Areas(curve == "ROC" ? RocCurve(counts) : PrGainCurve(counts), method);
  }
  const Value by_label = ops::Sum(areas, {0});
  if (!config_.multi_label) return by_label;
  if (!config_.label_weights) return ops::Mean(by_label);
  const auto labels = static_cast<int64_t>(config_.label_weights->values().size());
  const Value weights = by_label.builder().Constant(
      Tensor::From<double>({labels}, config_.label_weights->values()).Cast(DType::kF32));
  return DivideNoNan(ops::Sum(by_label * weights), ops::Sum(weights));
}

void RegisterAUC(Registry<Metric>& registry) { registry.Add<AUC>(); }

}  // namespace tricorn::keras
