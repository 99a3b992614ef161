#include "core/keras/layers/pooling/adaptive_average_pooling.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/pool/pool.h"

namespace tricorn::keras::layers {

template <typename Derived, int N>
absl::Status AdaptiveAveragePooling<Derived, N>::BuildFrom(std::span<const SymbolicType> inputs) {
  for (int i = 0; i < N; ++i) {
    RETURN_IF_ERROR(ExpectPositive("output_size", this->config_.output_size[i]));
  }
  return ExpectRank(inputs, N + 2);
}

template <typename Derived, int N>
ir::Value AdaptiveAveragePooling<Derived, N>::Call(CallContext&, ir::Value x) {
  for (int i = 0; i < N; ++i) {
    x = ops::AdaptiveAveragePool(x, FirstSpatialAxis(this->config_.data_format) + i,
                                 this->config_.output_size[i]);
  }
  return x;
}

template class AdaptiveAveragePooling<AdaptiveAveragePooling1D, 1>;
template class AdaptiveAveragePooling<AdaptiveAveragePooling2D, 2>;
template class AdaptiveAveragePooling<AdaptiveAveragePooling3D, 3>;

}  // namespace tricorn::keras::layers
