#include "core/keras/layers/reshaping/cropping.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

template <typename Derived, int N>
Json Cropping<Derived, N>::GetConfig() const {
  Json config = LayerWith<Derived, CroppingConfig<N>>::GetConfig();
  if (N == 1) config.Erase("data_format");
  return config;
}

template <typename Derived, int N>
absl::Status Cropping<Derived, N>::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(this->config_.cropping.Check("cropping"));
  return ExpectRank(inputs, N + 2);
}

template <typename Derived, int N>
ir::Value Cropping<Derived, N>::Call(CallContext&, ir::Value x) {
  const CroppingConfig<N>& c = this->config_;
  const int first = FirstSpatialAxis(c.data_format);
  for (int i = 0; i < N; ++i) {
    const int64_t length = x.dim(first + i);
    if (c.cropping.low(i) + c.cropping.high(i) >= length) {
      x.builder().SetError(InvalidArgument("cropping: expected less than {} rows, received {} + {}",
                                           length, c.cropping.low(i), c.cropping.high(i)));
      return x;
    }
    x = ops::SliceAxis(x, first + i, c.cropping.low(i), length - c.cropping.high(i));
  }
  return x;
}

template class Cropping<Cropping1D, 1>;
template class Cropping<Cropping2D, 2>;
template class Cropping<Cropping3D, 3>;

}  // namespace tricorn::keras::layers
