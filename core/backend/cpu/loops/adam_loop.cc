#include "core/backend/cpu/loops/adam_loop.h"

#include "core/backend/cpu/processor/instruction_set.h"

namespace tricorn::backend::cpu {

AdamLoop FindAdamLoop() {
#ifdef TRICORN_AVX512_LOOPS
  if (HasAvx512()) return avx512::UpdateAdam;
#endif
  return baseline::UpdateAdam;
}

}  // namespace tricorn::backend::cpu
