#pragma once

#include "core/keras/layers/data_format.h"
#include "core/keras/layers/tuple.h"

namespace tricorn::keras {

template <int N>
struct AdaptivePoolingConfig {
  Tuple<N> output_size = 0;
  DataFormat data_format = DefaultDataFormat();
  FIELDS(output_size, data_format)
};

}  // namespace tricorn::keras
