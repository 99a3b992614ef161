#include "core/backend/cpu/processor/instruction_set.h"

namespace tricorn::backend::cpu {

bool HasAvx512() {
#ifdef TRICORN_AVX512_LOOPS
  static const bool has_avx512 =
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return has_avx512;
#else
  return false;
#endif
}

}  // namespace tricorn::backend::cpu
