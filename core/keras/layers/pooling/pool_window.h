#pragma once

#include <optional>

#include "core/keras/layers/data_format.h"
#include "core/keras/layers/tuple.h"
#include "core/keras/layers/window_padding.h"
#include "core/ops/conv/conv.h"

namespace tricorn::keras {

// The arguments of MaxPooling and AveragePooling. Strides are pool_size when none are given.
template <int N>
struct PoolingConfig {
  Tuple<N> pool_size = 2;
  std::optional<Tuple<N>> strides = std::nullopt;
  WindowPadding padding = WindowPadding::kValid;
  DataFormat data_format = DefaultDataFormat();
  FIELDS(pool_size, strides, padding, data_format)
};

// What the pools of core/ops take for x (batch, spatial..., channels).
struct PoolWindow {
  std::vector<int64_t> window;
  std::vector<int64_t> strides;
  std::vector<int64_t> padding_low;
  std::vector<int64_t> padding_high;
};

PoolWindow MakePoolWindow(std::vector<int64_t> window, std::vector<int64_t> strides,
                          WindowPadding padding, const Shape& x);
// Errors: InvalidArgument for sizes below 1 and causal padding.
absl::Status CheckPool(const std::vector<int64_t>& window, const std::vector<int64_t>& strides,
                       WindowPadding padding);

template <int N>
PoolWindow ToPoolWindow(const PoolingConfig<N>& config, const Shape& x) {
  return MakePoolWindow(config.pool_size.ToVector(),
                        config.strides.value_or(config.pool_size).ToVector(), config.padding, x);
}

}  // namespace tricorn::keras
