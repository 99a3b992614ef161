#include "core/keras/layers/pooling/global_average_pooling.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {
namespace {

// The mean over the steps that `mask` (batch, steps) lets through.
ir::Value MaskedMean(ir::Value x, ir::Value mask, const GlobalPoolingConfig& config) {
  const bool last = config.data_format == DataFormat::kChannelsLast;
  const ir::Value through = ops::Cast(ops::ExpandDims(mask, {last ? 2 : 1}), DType::kBool);
  const std::vector<int64_t> steps = {FirstSpatialAxis(config.data_format)};
  return ops::Sum(ops::Where(through, x, 0), steps, config.keepdims) /
         ops::Sum(ops::Cast(through, x.dtype()), steps, config.keepdims);
}

}  // namespace

template <typename Derived, int N>
absl::Status GlobalAveragePooling<Derived, N>::BuildFrom(std::span<const SymbolicType> inputs) {
  return ExpectRank(inputs, N + 2);
}

template <typename Derived, int N>
ir::Value GlobalAveragePooling<Derived, N>::Call(CallContext& context, ir::Value x) {
  if constexpr (N == 1) {
    if (const ir::Value mask = context.MaskOf(x)) return MaskedMean(x, mask, this->config_);
  }
  return ops::Mean(x, SpatialAxes(this->config_, N), this->config_.keepdims);
}

template class GlobalAveragePooling<GlobalAveragePooling1D, 1>;
template class GlobalAveragePooling<GlobalAveragePooling2D, 2>;
template class GlobalAveragePooling<GlobalAveragePooling3D, 3>;

}  // namespace tricorn::keras::layers
