#pragma once

#include <algorithm>
#include <cstdint>

// Reductions of a row of floats that vectorize. Elements go to sixteen lanes in turn and these are
// joined pairwise: the order, and so the bits, do not depend on the width of vectors.

namespace tricorn::backend::cpu {

inline constexpr int64_t kRowLanes = 16;

// join(lanes): lane i with lane i + 8, then 4, 2, 1.
template <typename Join>
float JoinLanes(float (&lanes)[kRowLanes], Join join) {
  for (int64_t half = kRowLanes / 2; half > 0; half /= 2) {
    for (int64_t i = 0; i < half; ++i) lanes[i] = join(lanes[i], lanes[i + half]);
  }
  return lanes[0];
}

// join over i of element(i), from `start`.
template <typename Element, typename Join>
[[gnu::always_inline]] inline float ReduceRow(int64_t count, float start, Element element,
                                              Join join) {
  float lanes[kRowLanes];
  std::fill_n(lanes, kRowLanes, start);
  int64_t i = 0;
  for (; i + kRowLanes <= count; i += kRowLanes) {
    for (int64_t k = 0; k < kRowLanes; ++k) lanes[k] = join(lanes[k], element(i + k));
  }
  for (int64_t k = 0; i + k < count; ++k) lanes[k] = join(lanes[k], element(i + k));
  return JoinLanes(lanes, join);
}

template <typename Element>
[[gnu::always_inline]] inline float SumRow(int64_t count, Element element) {
  return ReduceRow(count, 0.0f, element, [](float a, float b) { return a + b; });
}

}  // namespace tricorn::backend::cpu
