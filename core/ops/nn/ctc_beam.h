#pragma once

#include <cstdint>
#include <vector>

#include "core/ops/nn/nn.h"

namespace tricorn::ops {

struct CtcPath {
  std::vector<int32_t> classes;
  double score;  // the logarithm of its probability
};

// The best paths of one sequence, at most a.top_paths, best first; among equals the one whose
// classes are smaller first. log_probs (frames, num_classes).
// Source: Graves and Jaitly 2014; Keras 3 `keras.ops.ctc_decode`.
std::vector<CtcPath> CtcBeam(const double* log_probs, int64_t frames, int64_t num_classes,
                             const CtcBeamSearchAttrs& a);

}  // namespace tricorn::ops
