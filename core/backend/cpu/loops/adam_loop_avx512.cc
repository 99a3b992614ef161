#ifdef TRICORN_AVX512_LOOPS
#define TRICORN_LOOPS_NAMESPACE avx512
#include "core/backend/cpu/loops/adam_loop.inc"
#endif
