#define TRICORN_LOOPS_NAMESPACE baseline
#include "core/backend/cpu/elementwise/elementwise_loops.inc"
