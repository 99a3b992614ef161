#include "core/keras/layers/reshaping/zero_padding.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

template <typename Derived, int N>
absl::Status ZeroPadding<Derived, N>::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(this->config_.padding.Check("padding"));
  return ExpectRank(inputs, N + 2);
}

template <typename Derived, int N>
ir::Value ZeroPadding<Derived, N>::Call(CallContext&, ir::Value x) {
  const ZeroPaddingConfig<N>& c = this->config_;
  const int first = FirstSpatialAxis(c.data_format);
  std::vector<int64_t> low(static_cast<size_t>(x.rank()), 0);
  std::vector<int64_t> high = low;
  for (int i = 0; i < N; ++i) {
    low[static_cast<size_t>(first + i)] = c.padding.low(i);
    high[static_cast<size_t>(first + i)] = c.padding.high(i);
  }
  return ops::Pad(x, std::move(low), std::move(high));
}

template class ZeroPadding<ZeroPadding1D, 1>;
template class ZeroPadding<ZeroPadding2D, 2>;
template class ZeroPadding<ZeroPadding3D, 3>;

}  // namespace tricorn::keras::layers
