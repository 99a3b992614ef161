#include "core/keras/training/class_weight.h"

#include <cmath>

#include "core/base/status.h"

namespace tricorn::keras {
namespace {

constexpr double kMostLabel = 0x1p53;  // beyond, a double holds no number of a class

// The first position of the largest value in a row.
int64_t ArgMax(const Tensor& y, int64_t row, int64_t width) {
  int64_t best = 0;
  for (int64_t i = 1; i < width; ++i) {
    if (y.At(row * width + i) > y.At(row * width + best)) best = i;
  }
  return best;
}

}  // namespace

absl::StatusOr<Tensor> SampleWeightsOf(const Tensor& y, const std::map<int64_t, double>& weights) {
  if (y.shape().rank() != 1 && y.shape().rank() != 2) {
    return InvalidArgument("class_weight: expected y of class indices or one-hot rows, received {}",
                           y.shape().ToString());
  }
  const int64_t rows = y.shape()[0];
  const int64_t width = y.shape().rank() == 2 ? y.shape()[1] : 1;
  Tensor out = Tensor::Uninitialized(DType::kF32, {rows});
  for (int64_t row = 0; row < rows; ++row) {
    const double label =
        width > 1 ? static_cast<double>(ArgMax(y, row, width)) : std::nearbyint(y.At(row));
    if (!(std::abs(label) < kMostLabel)) {
      return InvalidArgument(
          "class_weight: expected labels that are numbers of classes, received {}", label);
    }
    const auto it = weights.find(static_cast<int64_t>(label));
    out.data<float>()[row] = it == weights.end() ? 1.0f : static_cast<float>(it->second);
  }
  return out;
}

absl::Status WeighClasses(const std::map<int64_t, double>& weights, StepInputs& inputs) {
  if (weights.empty()) return absl::OkStatus();
  if (inputs.y.size() != 1) {
    return InvalidArgument("class_weight: expected a model of one output, received {}",
                           inputs.y.size());
  }
  if (!inputs.sample_weight.empty()) {
    return InvalidArgument("class_weight: expected no sample_weight beside it, received both");
  }
  ASSIGN_OR_RETURN(inputs.sample_weight.emplace_back(), SampleWeightsOf(inputs.y[0], weights));
  return absl::OkStatus();
}

}  // namespace tricorn::keras
