#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "core/tensor/tensor.h"

namespace tricorn::backend::cpu {

// Element `i` of indices of any integer dtype; -1 for what int64 does not hold.
inline int64_t IndexAt(DType dtype, const std::byte* indices, int64_t i) {
  return DispatchDType(dtype, [&]<typename T>() -> int64_t {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      const T index = reinterpret_cast<const T*>(indices)[i];
      return std::in_range<int64_t>(index) ? static_cast<int64_t>(index) : -1;
    } else {
      return -1;
    }
  });
}

}  // namespace tricorn::backend::cpu
