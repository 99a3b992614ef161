#pragma once

// Before a loop: no iteration reads what an earlier one wrote, whatever the pointers look like, so
// that the loop may become vector instructions.
#ifdef __clang__
#define TRICORN_NO_DEPENDENCE _Pragma("clang loop vectorize(assume_safety)")
#else
#define TRICORN_NO_DEPENDENCE _Pragma("GCC ivdep")
#endif
