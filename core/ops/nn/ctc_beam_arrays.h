#pragma once

#include <algorithm>
#include <limits>
#include <type_traits>

#include "core/ops/nn/ctc_beam.h"
#include "core/tensor/half.h"

namespace tricorn::ops {

// The op ctc_beam_search on arrays in host memory, of the sequences [begin, end) of `shape` =
// (batch, frames, classes): each is searched in float64.
template <typename T>
void CtcBeamSearchArrays(const Shape& shape, const CtcBeamSearchAttrs& a, const T* log_probs,
                         const int32_t* lengths, int32_t* paths, T* scores, int64_t begin,
                         int64_t end) {
  constexpr bool kIsHalf = std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>;
  using Wide = std::conditional_t<kIsHalf, float, T>;
  const int64_t batch = shape[0], frames = shape[1], num_classes = shape[2];
  for (int64_t b = begin; b < end; ++b) {
    const T* from = log_probs + b * frames * num_classes;
    std::vector<double> wide(static_cast<size_t>(frames * num_classes));
    std::transform(from, from + frames * num_classes, wide.begin(),
                   [](T x) { return static_cast<double>(static_cast<Wide>(x)); });
    // The first frame counts even of an empty sequence, as in Keras.
    const int64_t length = std::clamp<int64_t>(lengths[b], 1, frames);
    const std::vector<CtcPath> best = CtcBeam(wide.data(), length, num_classes, a);
    for (int64_t k = 0; k < a.top_paths; ++k) {
      int32_t* path = paths + (k * batch + b) * frames;
      std::fill_n(path, frames, -1);
      double score = -std::numeric_limits<double>::infinity();
      if (static_cast<size_t>(k) < best.size()) {
        const CtcPath& found = best[static_cast<size_t>(k)];
        std::copy(found.classes.begin(), found.classes.end(), path);
        score = found.score;
      }
      scores[b * a.top_paths + k] = static_cast<T>(static_cast<Wide>(score));
    }
  }
}

}  // namespace tricorn::ops
