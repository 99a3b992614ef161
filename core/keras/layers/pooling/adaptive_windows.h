#pragma once

#include "core/keras/layers/data_format.h"
#include "core/keras/layers/tuple.h"
#include "core/ops/op.h"

namespace tricorn::keras {

template <int N>
struct AdaptivePoolingConfig {
  Tuple<N> output_size = 0;
  DataFormat data_format = DataFormat::kChannelsLast;
  FIELDS(output_size, data_format)
};

// Reduces `axis` to `size` parts: part i covers [floor(i * length / size),
// ceil((i + 1) * length / size)).
ir::Value PoolAdaptively(ir::Value x, int axis, int64_t size,
                         ir::Value (*reduce)(ir::Value, const ops::Axes&, bool keepdims));

}  // namespace tricorn::keras
