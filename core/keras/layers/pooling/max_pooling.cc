#include "core/keras/layers/pooling/max_pooling.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/pool/pool.h"

namespace tricorn::keras::layers {

template <typename Derived, int N>
Json MaxPooling<Derived, N>::GetConfig() const {
  Json config = LayerWith<Derived, PoolingConfig<N>>::GetConfig();
  config.Set("strides", ToJson(this->config_.strides.value_or(this->config_.pool_size)));
  return config;
}

template <typename Derived, int N>
absl::Status MaxPooling<Derived, N>::BuildFrom(std::span<const SymbolicType> inputs) {
  const PoolingConfig<N>& c = this->config_;
  RETURN_IF_ERROR(
      CheckPool(c.pool_size.ToVector(), c.strides.value_or(c.pool_size).ToVector(), c.padding));
  return ExpectRank(inputs, N + 2);
}

template <typename Derived, int N>
ir::Value MaxPooling<Derived, N>::Call(CallContext&, ir::Value input) {
  const DataFormat format = this->config_.data_format;
  const ir::Value x = ToChannelsLast(input, format);
  PoolWindow w = ToPoolWindow(this->config_, x.shape());
  return FromChannelsLast(ops::MaxPool(x, {.window = w.window,
                                           .strides = w.strides,
                                           .padding_low = w.padding_low,
                                           .padding_high = w.padding_high}),
                          format);
}

template class MaxPooling<MaxPooling1D, 1>;
template class MaxPooling<MaxPooling2D, 2>;
template class MaxPooling<MaxPooling3D, 3>;

}  // namespace tricorn::keras::layers
