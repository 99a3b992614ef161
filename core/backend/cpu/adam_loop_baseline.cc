#define TRICORN_LOOPS_NAMESPACE baseline
#include "core/backend/cpu/adam_loop.inc"
