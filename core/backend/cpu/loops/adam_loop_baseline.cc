#define TRICORN_LOOPS_NAMESPACE baseline
#include "core/backend/cpu/loops/adam_loop.inc"
