#include "core/keras/metrics/positives.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

using ir::Value;

// A vector of one as a scalar.
Value ScalarIfOne(Value x) { return x.dim(0) == 1 ? ops::Reshape(x, Shape{}) : x; }

}  // namespace

absl::Status CheckThresholds(const std::optional<NumberOrList>& thresholds) {
  if (!thresholds) return absl::OkStatus();
  if (thresholds->values().empty()) {
    return InvalidArgument("thresholds: expected at least one, received none");
  }
  for (const double threshold : thresholds->values()) {
    if (threshold >= 0 && threshold <= 1) continue;
    return InvalidArgument("thresholds: expected numbers in [0, 1], received {}", threshold);
  }
  return absl::OkStatus();
}

template <typename Derived, typename Traits>
Value ConfusionCount<Derived, Traits>::Result(ir::Operands state) const {
  return ScalarIfOne(state[0]);
}

template <typename Derived, typename Traits>
Value PositiveRatio<Derived, Traits>::Result(ir::Operands state) const {
  return ScalarIfOne(DivideNoNan(state[0], state[0] + state[1]));
}

template class ConfusionCount<TruePositives, TruePositivesTraits>;
template class ConfusionCount<FalsePositives, FalsePositivesTraits>;
template class ConfusionCount<TrueNegatives, TrueNegativesTraits>;
template class ConfusionCount<FalseNegatives, FalseNegativesTraits>;
template class PositiveRatio<Precision, PrecisionTraits>;
template class PositiveRatio<Recall, RecallTraits>;

void RegisterPositives(Registry<Metric>& registry) {
  registry.Add<TruePositives>();
  registry.Add<FalsePositives>();
  registry.Add<TrueNegatives>();
  registry.Add<FalseNegatives>();
  registry.Add<Precision>();
  registry.Add<Recall>();
}

}  // namespace tricorn::keras
