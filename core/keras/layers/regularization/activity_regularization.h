#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/regularizers/l1_l2.h"

namespace tricorn::keras {

struct ActivityRegularizationConfig {
  double l1 = 0.0;
  double l2 = 0.0;
  FIELDS(l1, l2)
};

namespace layers {

// y = x, and a loss of l1 * sum |x| + l2 * sum x^2, over the batch size.
// Inputs:   x (batch, ...), f16|bf16|f32|f64.   Outputs: y, as x.
// Source:   Keras 3 `ActivityRegularization`.
class ActivityRegularization
    : public LayerWith<ActivityRegularization, ActivityRegularizationConfig> {
 public:
  static constexpr std::string_view kClassName = "ActivityRegularization";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }
  const Regularizer* activity_regularizer() const override { return regularizer_.get(); }

 private:
  std::unique_ptr<L1L2> regularizer_;
};

}  // namespace layers

using ActivityRegularization = LayerOf<layers::ActivityRegularization>;

}  // namespace tricorn::keras
