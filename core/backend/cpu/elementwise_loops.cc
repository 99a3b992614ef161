#include "core/backend/cpu/elementwise_loops.h"

namespace tricorn::backend::cpu {
namespace {

#ifdef TRICORN_AVX512_LOOPS
bool HasAvx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

}  // namespace

ElementwiseLoop FindElementwiseLoop(std::string_view op, DType operand, DType result) {
#ifdef TRICORN_AVX512_LOOPS
  static const bool has_avx512 = HasAvx512();
  if (has_avx512) return avx512::FindLoop(op, operand, result);
#endif
  return baseline::FindLoop(op, operand, result);
}

}  // namespace tricorn::backend::cpu
