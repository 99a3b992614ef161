#pragma once

#include <optional>

#include "core/keras/activations/activation.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct TernaryDenseConfig {
  int64_t units = 0;
  std::optional<double> threshold = std::nullopt;
  Activation activation = "linear";
  bool use_bias = true;
  InitializerRef kernel_initializer = "glorot_uniform";
  InitializerRef bias_initializer = "zeros";
  RegularizerRef kernel_regularizer = nullptr;
  RegularizerRef bias_regularizer = nullptr;
  RegularizerRef activity_regularizer = nullptr;
  ConstraintRef kernel_constraint = nullptr;
  ConstraintRef bias_constraint = nullptr;
  FIELDS(units, threshold, activation, use_bias, kernel_initializer, bias_initializer,
         kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint,
         bias_constraint)
};

namespace layers {

// A Dense whose weights count as -1, 0 or 1: y = activation(x . t + bias).
//   with a threshold: t = sign(kernel) where |kernel| > threshold, else 0
//   without:          t = s * clip(round(kernel / s), -1, 1),  s = mean |kernel|
// Gradients pass the rounding as if it were not there.
// Inputs:   x (batch, ..., in), f16|bf16|f32|f64.   Outputs: y (batch, ..., units).
// Weights:  kernel (in, units), bias (units,).
// Errors:   InvalidArgument unless units is positive and the last axis of x known.
// Source:   Ma et al. 2024 ("1.58 bits"); Keras 3 `TernaryDense`.
class TernaryDense : public LayerWith<TernaryDense, TernaryDenseConfig> {
 public:
  static constexpr std::string_view kClassName = "TernaryDense";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }

 private:
  const Variable* kernel_ = nullptr;
  const Variable* bias_ = nullptr;
};

}  // namespace layers

using TernaryDense = LayerOf<layers::TernaryDense>;

}  // namespace tricorn::keras
