#pragma once

namespace tricorn::backend::cpu {

// Whether this processor and this build have loops of 512-bit vectors: what files named *_avx512.cc
// are compiled for. False under sanitizers.
bool HasAvx512();

}  // namespace tricorn::backend::cpu
