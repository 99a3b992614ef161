#include "core/backend/cpu/elementwise/elementwise_loops.h"

#include "core/backend/cpu/processor/instruction_set.h"

namespace tricorn::backend::cpu {

ElementwiseLoop FindElementwiseLoop(std::string_view op, DType operand, DType result) {
#ifdef TRICORN_AVX512_LOOPS
  if (HasAvx512()) return avx512::FindLoop(op, operand, result);
#endif
  return baseline::FindLoop(op, operand, result);
}

}  // namespace tricorn::backend::cpu
