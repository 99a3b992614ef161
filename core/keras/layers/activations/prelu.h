#pragma once

#include <optional>
#include <vector>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct PReLUConfig {
  InitializerRef alpha_initializer = "zeros";
  RegularizerRef alpha_regularizer = nullptr;
  ConstraintRef alpha_constraint = nullptr;
  std::optional<std::vector<int64_t>> shared_axes = std::nullopt;
  FIELDS(alpha_initializer, alpha_regularizer, alpha_constraint, shared_axes)
};

namespace layers {

// y = x above 0, alpha * x below, alpha learned.
// Inputs:   x (batch, ...), f16|bf16|f32|f64.   Outputs: y, as x.
// Weights:  alpha, x's shape without the batch, length 1 along shared_axes (counted with the
// batch). Errors:   InvalidArgument for an unknown length that is not shared. Source:   Keras 3
// `PReLU`; He et al. 2015.
class PReLU : public LayerWith<PReLU, PReLUConfig> {
 public:
  static constexpr std::string_view kClassName = "PReLU";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }

 private:
  const Variable* alpha_ = nullptr;
};

}  // namespace layers

using PReLU = LayerOf<layers::PReLU>;

}  // namespace tricorn::keras
