#include "core/keras/layers/preprocessing/discretization.h"

#include <algorithm>

#include "core/keras/layers/preprocessing/quantile_summary.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status Discretization::BuildFrom(std::span<const SymbolicType>) {
  RETURN_IF_ERROR(
      ExpectOutput(config_.output_mode, {CategoryOutput::kInt, CategoryOutput::kOneHot,
                                         CategoryOutput::kMultiHot, CategoryOutput::kCount}));
  if (config_.sparse) return Unimplemented("sparse: expected false, received true");
  if (!config_.bin_boundaries && !config_.num_bins) {
    return InvalidArgument("expected bin_boundaries or num_bins, received neither");
  }
  if (!config_.bin_boundaries ||
      std::is_sorted(config_.bin_boundaries->begin(), config_.bin_boundaries->end())) {
    return absl::OkStatus();
  }
  return InvalidArgument("bin_boundaries: expected increasing numbers");
}

absl::Status Discretization::Adapt(std::span<const Tensor> batches) {
  if (config_.num_bins.value_or(0) < 1 || !(config_.epsilon > 0 && config_.epsilon <= 1)) {
    return FailedPrecondition(
        "{}: expected a positive num_bins and epsilon within (0, 1] to adapt, received {} and {}",
        DisplayName(), config_.num_bins.value_or(0), config_.epsilon);
  }
  QuantileSummary summary(config_.epsilon);
  for (const Tensor& batch : batches) summary.Add(batch.Cast(DType::kF32).values<float>());
  const std::vector<float> boundaries = summary.Boundaries(*config_.num_bins);
  if (boundaries.empty() && *config_.num_bins > 1) {
    return InvalidArgument("{}: expected numbers to adapt to, received none", DisplayName());
  }
  config_.bin_boundaries.emplace(boundaries.begin(), boundaries.end());
  return absl::OkStatus();
}

ir::Value Discretization::Call(CallContext& context, ir::Value input) {
  if (!config_.bin_boundaries) {
    context.builder().SetError(
        FailedPrecondition("expected bin_boundaries, given or from adapt, received none"));
    return ir::Value(&context.builder(), -1);
  }
  const auto bins = static_cast<int64_t>(config_.bin_boundaries->size());
  const ir::Value x = ops::Cast(input, DType::kF32);
  ir::Value indices = ops::Full(context.builder(), {DType::kI32, x.shape()}, 0);
  if (bins > 0) {
    const ir::Value boundaries = context.builder().Constant(
        Tensor::From<double>({bins}, *config_.bin_boundaries).Cast(DType::kF32));
    const ir::Value at_or_above = ops::GreaterEqual(ops::ExpandDims(x, {-1}), boundaries);
    indices = ops::Sum(ops::Cast(at_or_above, DType::kI32), {-1});
  }
  const bool is_int = config_.output_mode == CategoryOutput::kInt;
  return EncodeCategories(indices, config_.output_mode, bins + 1,
                          is_int ? DType::kI32 : compute_dtype());
}

Json Discretization::GetConfig() const {
  Json config = LayerWith::GetConfig();
  config.Erase("trainable");
  config.Set("dtype", dtype_policy().name());
  return config;
}

}  // namespace tricorn::keras::layers
