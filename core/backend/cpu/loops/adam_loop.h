#pragma once

#include <cstdint>

namespace tricorn::backend::cpu {

// The arrays of one Adam update; a new one may be the old one.
struct AdamArrays {
  const float* variable;
  const float* gradient;
  const float* momentum;
  const float* velocity;
  float* new_variable;
  float* new_momentum;
  float* new_velocity;
};

struct AdamScalars {
  float rate;
  float keep_1;  // 1 - beta_1
  float keep_2;  // 1 - beta_2
  float epsilon;
};

// Updates elements [begin, end) in one pass, in the order of operations of the op's decomposition:
// the same bits.
using AdamLoop = void (*)(const AdamArrays& arrays, const AdamScalars& scalars, int64_t begin,
                          int64_t end);

// In the widest vectors that this processor has; the bits do not depend on the width.
AdamLoop FindAdamLoop();

// The same for one instruction set: the loop is compiled once for each.
namespace baseline {
void UpdateAdam(const AdamArrays& arrays, const AdamScalars& scalars, int64_t begin, int64_t end);
}
namespace avx512 {
void UpdateAdam(const AdamArrays& arrays, const AdamScalars& scalars, int64_t begin, int64_t end);
}

}  // namespace tricorn::backend::cpu
