#include "core/keras/layers/pooling/average_pooling.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/pool/pool.h"

namespace tricorn::keras::layers {

template <typename Derived, int N>
Json AveragePooling<Derived, N>::GetConfig() const {
  Json config = LayerWith<Derived, PoolingConfig<N>>::GetConfig();
  config.Set("strides", ToJson(this->config_.strides.value_or(this->config_.pool_size)));
  return config;
}

template <typename Derived, int N>
absl::Status AveragePooling<Derived, N>::BuildFrom(std::span<const SymbolicType> inputs) {
  const PoolingConfig<N>& c = this->config_;
  RETURN_IF_ERROR(
      CheckPool(c.pool_size.ToVector(), c.strides.value_or(c.pool_size).ToVector(), c.padding));
  return ExpectRank(inputs, N + 2);
}

template <typename Derived, int N>
ir::Value AveragePooling<Derived, N>::Call(CallContext&, ir::Value input) {
  const DataFormat format = this->config_.data_format;
  const ir::Value x = ToChannelsLast(input, format);
  PoolWindow w = ToPoolWindow(this->config_, x.shape());
  return FromChannelsLast(ops::AvgPool(x, {.window = w.window,
                                           .strides = w.strides,
                                           .padding_low = w.padding_low,
                                           .padding_high = w.padding_high,
                                           .count_padding = false}),
                          format);
}

template class AveragePooling<AveragePooling1D, 1>;
template class AveragePooling<AveragePooling2D, 2>;
template class AveragePooling<AveragePooling3D, 3>;

}  // namespace tricorn::keras::layers
