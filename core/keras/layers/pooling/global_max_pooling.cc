#include "core/keras/layers/pooling/global_max_pooling.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras::layers {

template <typename Derived, int N>
absl::Status GlobalMaxPooling<Derived, N>::BuildFrom(std::span<const SymbolicType> inputs) {
  return ExpectRank(inputs, N + 2);
}

template <typename Derived, int N>
ir::Value GlobalMaxPooling<Derived, N>::Call(CallContext&, ir::Value x) {
  return ops::Max(x, SpatialAxes(this->config_, N), this->config_.keepdims);
}

template class GlobalMaxPooling<GlobalMaxPooling1D, 1>;
template class GlobalMaxPooling<GlobalMaxPooling2D, 2>;
template class GlobalMaxPooling<GlobalMaxPooling3D, 3>;

}  // namespace tricorn::keras::layers
