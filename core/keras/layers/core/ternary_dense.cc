#include "core/keras/layers/core/ternary_dense.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/quantize/quantize.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras::layers {

absl::Status TernaryDense::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(ExpectPositive("units", config_.units));
  RETURN_IF_ERROR(ExpectMinRank(inputs, 2));
  ASSIGN_OR_RETURN(const int64_t in, ExpectKnownAxis(inputs[0], -1));
  kernel_ = AddWeight({.name = "kernel",
                       .shape = {in, config_.units},
                       .initializer = config_.kernel_initializer,
                       .regularizer = config_.kernel_regularizer,
                       .constraint = config_.kernel_constraint});
  if (!config_.use_bias) return absl::OkStatus();
  bias_ = AddWeight({.name = "bias",
                     .shape = {config_.units},
                     .initializer = config_.bias_initializer,
                     .regularizer = config_.bias_regularizer,
                     .constraint = config_.bias_constraint});
  return absl::OkStatus();
}

ir::Value TernaryDense::Call(CallContext& context, ir::Value x) {
  const ir::Value kernel = Weight(context, kernel_);
  ir::Value ternary;
  if (config_.threshold) {
    const ir::Value kept = ops::Greater(ops::Absolute(kernel), *config_.threshold);
    ternary = ops::StraightThrough(ops::Where(kept, ops::Sign(kernel), 0), kernel);
  } else {
    constexpr double kEpsilon = 1e-7;  // a kernel of zeros stays one
    const ir::Value scale = ops::Mean(ops::Absolute(kernel));
    const ir::Value rounded = ops::Round(kernel / ops::Maximum(scale, kEpsilon));
    ternary = ops::StraightThrough(ops::Clip(rounded, -1, 1), kernel) * scale;
  }
  ir::Value y = ops::Matmul(x, ternary);
  if (bias_ != nullptr) y = y + Weight(context, bias_);
  return config_.activation(y);
}

}  // namespace tricorn::keras::layers
