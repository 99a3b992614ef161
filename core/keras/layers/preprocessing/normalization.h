#pragma once

#include <span>
#include <vector>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/serialization/axis_or_axes.h"

namespace tricorn::keras {

// mean and variance: numbers, or nested lists that broadcast to the lengths along `axis`.
struct NormalizationConfig {
  AxisOrAxes axis = -1;
  bool invert = false;
  Json mean = nullptr;
  Json variance = nullptr;
  FIELDS(axis, invert, mean, variance)
};

namespace layers {

// y = (x - mean) / max(sqrt(variance), epsilon); with invert, the way back. Statistics are kept for
// each index along `axis`; for all alike when that is empty. Inputs:   x (batch, ...), any number
// type.   Outputs: y, as x in the compute dtype. Weights:  mean, variance, count () i32, not
// trained: those that Keras's adapt found; none when the
//           config gives mean and variance.
// Errors:   InvalidArgument for unknown lengths along axis, or only one of mean and variance.
// Source:   Keras 3 `Normalization`.
class Normalization : public LayerWith<Normalization, NormalizationConfig> {
 public:
  static constexpr std::string_view kClassName = "Normalization";
  using LayerWith::LayerWith;

  // Sets mean and variance to those of all batches together; builds the layer for them first.
  // Errors: FailedPrecondition for a layer whose config gives them; InvalidArgument for no batches
  // or batches whose lengths along `axis` differ.
  absl::Status Adapt(std::span<const Tensor> batches);

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }

 private:
  std::vector<int64_t> axes_;  // increasing
  Tensor fixed_mean_;
  Tensor fixed_variance_;
  const Variable* mean_ = nullptr;
  const Variable* variance_ = nullptr;
};

}  // namespace layers

using Normalization = LayerOf<layers::Normalization>;

}  // namespace tricorn::keras
