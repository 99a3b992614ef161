#pragma once

#include <cstdint>
#include <vector>

#include "core/base/fields.h"
#include "core/keras/layers/data_format.h"

namespace tricorn::keras {

struct GlobalPoolingConfig {
  DataFormat data_format = DefaultDataFormat();
  bool keepdims = false;
  FIELDS(data_format, keepdims)
};

// The `n` axes that a global pool reduces.
inline std::vector<int64_t> SpatialAxes(const GlobalPoolingConfig& config, int n) {
  std::vector<int64_t> axes;
  for (int i = 0; i < n; ++i) axes.push_back(FirstSpatialAxis(config.data_format) + i);
  return axes;
}

}  // namespace tricorn::keras
