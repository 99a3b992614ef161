#include "core/keras/training/step_labels.h"

#include <cmath>

#include "core/base/status.h"
#include "core/keras/losses/crossentropy.h"

namespace tricorn::keras {
namespace {

absl::Status CheckClasses(const SparseCategoricalCrossentropy& loss, const ir::Type& y_pred,
                          const Tensor& y) {
  const int64_t axis =
      loss.config().axis < 0 ? loss.config().axis + y_pred.rank() : loss.config().axis;
  if (axis < 0 || axis >= y_pred.rank()) {
    return InvalidArgument("{}: expected an axis within {}, received {}", loss.name(),
                           y_pred.shape.ToString(), loss.config().axis);
  }
  const int64_t classes = y_pred.shape[static_cast<int>(axis)];
  for (int64_t i = 0; i < y.num_elements(); ++i) {
    const double label = y.At(i);
    const bool is_index = label == std::floor(label);
    if (is_index && label >= 0 && label < static_cast<double>(classes)) continue;
    if (loss.config().ignore_class && label == static_cast<double>(*loss.config().ignore_class)) {
      continue;
    }
    return InvalidArgument("y: expected class indices in [0, {}), received {}", classes, label);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckLabels(const std::vector<CompiledLoss>& losses,
                         const std::vector<CompiledMetric>& metrics, const OutputTypes& outputs,
                         const StepInputs& inputs) {
  for (const CompiledMetric& metric : metrics) {
    if (inputs.YOf(metric.output) != nullptr) continue;
    return InvalidArgument("y: expected labels of output '{}', which has metrics",
                           outputs.names[metric.output]);
  }
  for (const CompiledLoss& compiled : losses) {
    const Tensor* y = inputs.YOf(compiled.output);
    if (y == nullptr) {
      return InvalidArgument("y: expected labels of output '{}', which has a loss",
                             outputs.names[compiled.output]);
    }
    const auto* loss = dynamic_cast<const SparseCategoricalCrossentropy*>(compiled.loss.get());
    if (loss == nullptr) continue;
    RETURN_IF_ERROR(CheckClasses(*loss, outputs.y_pred[compiled.output], *y));
  }
  return absl::OkStatus();
}

}  // namespace tricorn::keras
