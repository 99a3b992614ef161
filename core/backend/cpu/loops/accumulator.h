#pragma once

#include <type_traits>

#include "core/tensor/half.h"

namespace tricorn::backend::cpu {

template <typename T>
inline constexpr bool kIsHalf = std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>;

// What sums of T are kept in: float32 for the half types, otherwise T.
template <typename T>
using Accumulator = std::conditional_t<kIsHalf<T>, float, T>;

}  // namespace tricorn::backend::cpu
